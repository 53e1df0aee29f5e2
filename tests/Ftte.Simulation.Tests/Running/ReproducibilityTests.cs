using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Ftte.Aggregation;
using Ftte.Simulation.Journal;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>The same seed gives the same bits: on any number of threads, and after any number of interruptions.</summary>
public sealed class ReproducibilityTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("ftte-journal-").FullName, "run.journal");

    [Fact]
    public async Task Any_number_of_threads_gives_the_same_bits_however_long_each_job_takes_really()
    {
        foreach (SimulationRule rule in new[] { TinyRule(), Sync(5, 1.3), SimulationRule.FedAsync(ToyTask.Everything, 20) })
        {
            string[] prints = await Task.WhenAll(new[] { 1, 2, 7 }.Select(async threads =>
            {
                var uneven = new ToyTask { OnTrain = device => Thread.SpinWait(device * 2000 % 30_000) };
                return Fingerprint(await RunAsync(rule, Devices(), new SimulationOptions { MaxVersions = 40, Seed = 2, Threads = threads }, uneven));
            }));

            Assert.All(prints, print => Assert.Equal(prints[0], print));
        }
    }

    /// <summary>A change of these values is a change of every user's results. State it in the changelog.</summary>
    [Theory]
    [InlineData("FTTE", "f50b33a1e1812430")]
    [InlineData("FedAvg", "7ee1859352ab941e")]
    [InlineData("FedBuff", "541c9824dd6d31bc")]
    [InlineData("FedAsync", "ecf53b784dea1dfa")]
    public async Task A_run_of_each_rule_keeps_its_bits_from_version_to_version(string name, string expected)
    {
        SimulationRule rule = name switch
        {
            "FTTE" => TinyRule(),
            "FedAvg" => Sync(5, 1.3),
            "FedBuff" => FedBuff(),
            _ => SimulationRule.FedAsync(ToyTask.Everything, 20),
        };
        SimulationResult run = await RunAsync(rule, Devices(), new SimulationOptions { MaxVersions = 40, Seed = 3 });

        IEnumerable<string> jobs = run.Jobs.Select(job => string.Create(
            CultureInfo.InvariantCulture, $"{job.Device} {job.Start.Ticks} {job.End.Ticks} {job.UpdateOutcome} {job.BaseVersion.Number} {job.Weight:R} {job.BytesDown} {job.BytesUp}"));
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', jobs));
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData([.. MemoryMarshal.AsBytes(run.Model!.Parameters.Span), .. text]))[..16]);
    }

    [Fact]
    public async Task Another_seed_gives_another_run()
    {
        Task<SimulationResult> WithSeed(ulong seed) => RunAsync(TinyRule(), Devices(), new SimulationOptions { MaxVersions = 20, Seed = seed });

        Assert.NotEqual(Fingerprint(await WithSeed(1)), Fingerprint(await WithSeed(2)));
    }

    [Fact]
    public async Task A_run_that_is_stopped_gives_what_there_is_and_goes_on_where_it_was_with_the_same_bits()
    {
        var whole = new ToyTask();
        string expected = Fingerprint(await RunAsync(TinyRule(), Devices(), Options(), whole));
        int trained = 0;
        for (int stops = 0; stops < 4; stops++)
        {
            using var stop = new CancellationTokenSource();
            int left = 30;
            var task = new ToyTask
            {
                OnTrain = _ =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        stop.Cancel();
                    }
                },
            };
            SimulationResult partial = await RunAsync(TinyRule(), Devices(), Options(Journal()), task, stop.Token);

            Assert.False(partial.IsComplete);
            Assert.NotEmpty(partial.Points);
            Assert.Equal(partial.Totals.Trips, partial.Jobs.Length);
            Assert.True(File.Exists(_path));
            trained += task.Trained;
        }

        var rest = new ToyTask();
        SimulationResult resumed = await RunAsync(TinyRule(), Devices(), Options(Journal()), rest);

        Assert.Equal(expected, Fingerprint(resumed));
        Assert.True(resumed.IsComplete);
        Assert.False(File.Exists(_path), "the journal of a run that came to its end is deleted");

        // Jobs that were being trained when the run stopped are trained again; all others are not.
        Assert.InRange(trained + rest.Trained, whole.Trained, whole.Trained + (4 * 2));
        Assert.True(rest.Trained < whole.Trained - 100, $"{rest.Trained} of {whole.Trained}");
        Assert.True(rest.Evaluated < whole.Evaluated, $"{rest.Evaluated} of {whole.Evaluated}");
    }

    [Fact]
    public async Task A_journal_that_was_cut_off_anywhere_is_good_for_what_is_whole()
    {
        string expected = Fingerprint(await RunAsync(TinyRule(), Devices(), Options()));
        using var stop = new CancellationTokenSource();
        int left = 60;
        await RunAsync(TinyRule(), Devices(), Options(Journal()), new ToyTask { OnTrain = _ => { if (Interlocked.Decrement(ref left) == 0) { stop.Cancel(); } } }, stop.Token);
        byte[] journal = await File.ReadAllBytesAsync(_path);
        foreach (int length in new[] { journal.Length - 1, journal.Length - 20, journal.Length / 2, 25, 3, 0 })
        {
            await File.WriteAllBytesAsync(_path, journal[..length]);
            Assert.Equal(expected, Fingerprint(await RunAsync(TinyRule(), Devices(), Options(Journal()))));
        }
    }

    [Fact]
    public async Task The_journal_of_another_run_is_refused_and_stays()
    {
        using var stop = new CancellationTokenSource();
        await RunAsync(TinyRule(), Devices(), Options(Journal()), new ToyTask { OnTrain = _ => stop.Cancel() }, stop.Token);
        byte[] before = await File.ReadAllBytesAsync(_path);

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(FedBuff(), Devices(), Options(Journal())));

        Assert.Contains("FTTE", error.Message, StringComparison.Ordinal);
        Assert.Contains("FedBuff", error.Message, StringComparison.Ordinal);
        Assert.Contains("delete the file", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_path));
    }

    [Fact]
    public async Task What_a_trainer_throws_ends_the_run_and_reaches_the_caller()
    {
        var task = new ToyTask { OnTrain = _ => throw new InvalidOperationException("no disk") };

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(TinyRule(), Devices(), Options(), task));

        Assert.EndsWith("failed: no disk", error.Message, StringComparison.Ordinal);
        Assert.Equal("no disk", error.InnerException!.Message);
    }

    [Theory]
    [InlineData("learning rate")]
    [InlineData("capacity")]
    [InlineData("weighting")]
    [InlineData("device order")]
    [InlineData("start model")]
    public async Task A_journal_of_a_run_that_differs_in_anything_that_shows_is_refused(string difference)
    {
        using var stop = new CancellationTokenSource();
        int left = 60;
        await RunAsync(TinyRule(), Devices(), Options(Journal()), new ToyTask { OnTrain = _ => { if (Interlocked.Decrement(ref left) == 0) { stop.Cancel(); } } }, stop.Token);
        byte[] before = await File.ReadAllBytesAsync(_path);

        SimulationRule rule = TinyRule();
        ModelSnapshot start = ToyTask.Start;
        SimulationOptions options = Options(Journal());
        switch (difference)
        {
            case "learning rate":
                rule.Aggregation.Optimizer = ServerOptimizer.Sgd(0.5);
                break;
            case "capacity":
                rule.Aggregation.Capacity = 3;
                break;
            case "weighting":
                rule.Aggregation.Weighting = new PolynomialWeighting(2);
                break;
            case "device order":
                options = options with { Order = DeviceOrder.LongestIdle };
                break;
            default:
                start = new ModelSnapshot(ToyTask.Layout, new ModelVersion(0), [.. Enumerable.Repeat(0.5f, ToyTask.Layout.ParameterCount)]);
                break;
        }

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => Simulator.RunAsync(rule, start, Devices(), new ToyTask(), options));

        Assert.Contains("is the journal of another run", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, (await File.ReadAllBytesAsync(_path))[..before.Length]);
    }

    [Fact]
    public async Task What_a_trainer_made_of_a_job_that_it_broke_off_is_not_kept()
    {
        string expected = Fingerprint(await RunAsync(TinyRule(), Devices(), Options()));
        using var stop = new CancellationTokenSource();
        int left = 30;

        // Returns what it has when it is told to stop, instead of throwing.
        var breaksOff = new ToyTask
        {
            OnTrain = _ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                {
                    stop.Cancel();
                }
            },
            BreaksOff = true,
        };
        await RunAsync(TinyRule(), Devices(), Options(Journal()), breaksOff, stop.Token);

        Assert.Equal(expected, Fingerprint(await RunAsync(TinyRule(), Devices(), Options(Journal()))));
    }

    [Fact]
    public async Task A_run_that_is_stopped_does_not_say_that_it_is_done()
    {
        var reports = new List<SimulationProgress>();
        using var stop = new CancellationTokenSource();
        int left = 30;
        await RunAsync(
            TinyRule(), Devices(), Options() with { Progress = reports.Add }, new ToyTask { OnTrain = _ => { if (Interlocked.Decrement(ref left) == 0) { stop.Cancel(); } } }, stop.Token);

        Assert.InRange(reports[^1].Share, 0, 0.5);
    }

    [Fact]
    public async Task The_run_ends_once_three_evaluations_in_a_row_have_reached_the_target()
    {
        double target = (await RunAsync(TinyRule(), Devices(), Options())).Points[15].Quality.Accuracy;
        SimulationResult free = await RunAsync(TinyRule(), Devices(), Options() with { Target = target });
        SimulationResult stopped = await RunAsync(TinyRule(), Devices(), Options() with { Target = target, StopAtTarget = true });

        Assert.NotNull(stopped.TimeToTarget);
        Assert.Equal(free.TimeToTarget, stopped.TimeToTarget);
        Assert.True(stopped.Points.Length < free.Points.Length);
        Assert.Equal(free.Points.Take(stopped.Points.Length).Select(point => $"{point}"), stopped.Points.Select(point => $"{point}"));
    }

    [Fact]
    public async Task Progress_rises_to_one_and_estimates_the_time_left()
    {
        var reports = new List<SimulationProgress>();
        var clock = new StepClock();
        await RunAsync(TinyRule(), Devices(), Options() with { Progress = reports.Add, RealTime = clock });

        Assert.Equal(reports.Select(report => report.Share).Order(), reports.Select(report => report.Share));
        Assert.Equal(1, reports[^1].Share);
        Assert.Contains(reports, report => report.Remaining > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private static ImmutableArray<SimulatedDevice> Devices() => ToyTask.Devices(50);

    private static SimulationOptions Options(RunJournal? journal = null) => new() { MaxVersions = 40, Seed = 4, Threads = 2, Journal = journal };

    private RunJournal Journal() => new(_path, "toy");

    /// <summary>Moves on by a second whenever it is looked at.</summary>
    private sealed class StepClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _now);
    }
}
