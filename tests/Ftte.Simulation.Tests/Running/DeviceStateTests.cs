using System.Collections.Immutable;
using Ftte.Simulation.Journal;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>State that devices keep between their jobs, such as personal parameters.</summary>
public sealed class DeviceStateTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("ftte-states-").FullName, "run.journal");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public async Task A_device_continues_from_the_state_of_its_last_job_and_every_run_starts_without()
    {
        var task = new StatefulTask(new ToyTask());
        SimulationResult first = await RunAsync(task, Options()), second = await RunAsync(task, Options());
        int[] jobs = new int[first.DeviceStates.Length];
        foreach (JobRecord job in first.Jobs.Where(job => job.Outcome is JobOutcome.Accepted or JobOutcome.Rejected))
        {
            jobs[job.Device]++;
        }

        Assert.True(jobs.Max() > 1);
        Assert.Equal(jobs, Counts(first));
        Assert.Equal(Print(first), Print(second));
    }

    [Fact]
    public async Task Any_number_of_threads_gives_the_same_states_however_long_each_job_takes_really()
    {
        string[] prints = await Task.WhenAll(new[] { 1, 2, 7 }.Select(async threads =>
            Print(await RunAsync(new StatefulTask(new ToyTask { OnTrain = device => Thread.SpinWait(device * 2000 % 30_000) }), Options() with { Threads = threads }))));
        Assert.All(prints, print => Assert.Equal(prints[0], print));
    }

    [Fact]
    public async Task A_run_that_is_stopped_and_resumed_has_the_same_bits_and_states()
    {
        var whole = new ToyTask();
        string expected = Print(await RunAsync(new StatefulTask(whole), Options()));
        for (int stops = 0; stops < 3; stops++)
        {
            using var stop = new CancellationTokenSource();
            int left = 25;
            var toy = new ToyTask
            {
                OnTrain = _ =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        stop.Cancel();
                    }
                },
            };
            Assert.False((await RunAsync(new StatefulTask(toy), Options(Journal()), stop.Token)).IsComplete);
        }

        var rest = new ToyTask();
        Assert.Equal(expected, Print(await RunAsync(new StatefulTask(rest), Options(Journal()))));
        Assert.True(rest.Trained < whole.Trained - 50, $"{rest.Trained} of {whole.Trained}");
    }

    [Fact]
    public async Task A_journal_that_was_cut_off_anywhere_gives_the_same_states()
    {
        string expected = Print(await RunAsync(new StatefulTask(new ToyTask()), Options()));
        using var stop = new CancellationTokenSource();
        int left = 30;
        await RunAsync(new StatefulTask(new ToyTask { OnTrain = _ => { if (Interlocked.Decrement(ref left) == 0) { stop.Cancel(); } } }), Options(Journal()), stop.Token);
        byte[] journal = await File.ReadAllBytesAsync(_path);
        for (int cut = 1; cut < 250; cut += 31)
        {
            await File.WriteAllBytesAsync(_path, journal[..^cut]);
            Assert.Equal(expected, Print(await RunAsync(new StatefulTask(new ToyTask()), Options(Journal()))));
        }
    }

    [Fact]
    public async Task Devices_are_evaluated_with_their_states_on_any_number_of_threads()
    {
        var toy = new ToyTask();
        var task = new StatefulTask(toy);
        SimulationResult result = await RunAsync(task, Options());
        ImmutableArray<ModelQuality> one = await Simulator.EvaluateDevicesAsync(result, task), three = await Simulator.EvaluateDevicesAsync(result, task, threads: 3);
        double shared = toy.Evaluate(result.Model!, default).Accuracy;
        Assert.Equal(Counts(result).Select(count => shared / (1 + count)), one.Select(quality => quality.Accuracy));
        Assert.Equal(one.AsEnumerable(), three);
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Simulator.EvaluateDevicesAsync(result, task, cancellationToken: canceled.Token));
    }

    [Fact]
    public async Task A_result_without_states_cannot_be_evaluated_per_device()
    {
        SimulationResult result = await Runs.RunAsync(TinyRule(), ToyTask.Devices(25), Options());
        Assert.Empty(result.DeviceStates);
        Assert.Contains("has no model or no states", (await Assert.ThrowsAsync<ArgumentException>(() => Simulator.EvaluateDevicesAsync(result, new StatefulTask(new ToyTask())))).Message, StringComparison.Ordinal);
    }

    private static int[] Counts(SimulationResult result) => [.. result.DeviceStates.Select(state => StatefulTask.CountOf(new MemoryStateStore(state.Span)))];

    private static string Print(SimulationResult result) => $"{Fingerprint(result)} {string.Join(' ', Counts(result))}";

    private static SimulationOptions Options(RunJournal? journal = null) => new() { MaxVersions = 30, Seed = 3, Threads = 2, Journal = journal };

    private static Task<SimulationResult> RunAsync(StatefulTask task, SimulationOptions options, CancellationToken cancellationToken = default) =>
        Simulator.RunAsync(TinyRule(), ToyTask.Start, ToyTask.Devices(25), task, options, cancellationToken);

    private RunJournal Journal() => new(_path, "toy");
}
