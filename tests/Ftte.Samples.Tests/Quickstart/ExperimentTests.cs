using Quickstart;
using Spectre.Console;

namespace Ftte.Samples.Tests.Quickstart;

/// <summary>The comparison in small: twenty devices, three virtual minutes.</summary>
public class ExperimentTests
{
    private const int Devices = 20;

    [Fact]
    public async Task The_same_seed_gives_the_same_run_bit_for_bit()
    {
        ExperimentOutcome first = await RunAsync(7), second = await RunAsync(7);
        Assert.Equal(first.Ftte.Run.Points, second.Ftte.Run.Points);
        Assert.Equal(first.FedAvg.Run.Points, second.FedAvg.Run.Points);
        Assert.NotEqual(first.Ftte.Run.Points, (await RunAsync(8)).Ftte.Run.Points);
    }

    [Fact]
    public async Task Ftte_trains_what_fits_the_weakest_device_and_sends_less_each_way()
    {
        DeviceSpec[] devices = Make(7).Devices;
        ExperimentOutcome outcome = await RunAsync(7);
        Method ftte = outcome.Ftte.Method, fedAvg = outcome.FedAvg.Method;
        Assert.InRange(ftte.Memory.Counted, 1, devices.Min(d => d.MemoryBudgetBytes));
        Assert.Equal(ftte.Memory.Planned, ftte.Memory.Counted);
        Assert.InRange(ftte.Memory.Counted, 1, fedAvg.Memory.Counted / 10);
        Assert.InRange(fedAvg.Memory.Planned, ftte.Memory.Planned, fedAvg.Memory.Counted);
        Assert.True(fedAvg.Selection.IsFull);
        Assert.InRange(ftte.Selection.Count, 1, fedAvg.Selection.Count - 1);
        RunPoint last = outcome.Ftte.Run.Points[^1], lastFedAvg = outcome.FedAvg.Run.Points[^1];
        Assert.True(last.Version > lastFedAvg.Version, "never waiting makes more versions");
        Assert.True(last.BytesUp / last.Version < lastFedAvg.BytesUp / lastFedAvg.Version / 3, "a version takes less than a third of the bytes");
    }

    [Fact]
    public async Task The_model_is_looked_at_no_more_than_every_five_seconds()
    {
        ExperimentOutcome outcome = await RunAsync(7);
        IReadOnlyList<RunPoint> points = outcome.Ftte.Run.Points;
        Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(pair.Second.Time - pair.First.Time >= TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_cancelled_run_ends_with_OperationCanceledException() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(7, new CancellationToken(canceled: true)));

    private static (FederatedDigits Digits, DeviceSpec[] Devices) Make(ulong seed)
    {
        FederatedDigits digits = FederatedDigits.Draw(seed, Devices);
        return (digits, DevicePopulation.Create(seed, [.. digits.Devices.Select(d => d.Count)]));
    }

    private static async Task<ExperimentOutcome> RunAsync(ulong seed, CancellationToken cancellationToken = default)
    {
        (FederatedDigits digits, DeviceSpec[] devices) = Make(seed);
        ExperimentSettings settings = ExperimentSettings.Drawn(seed, Devices) with { VirtualTime = TimeSpan.FromMinutes(3) };
        ExperimentOutcome? outcome = null;
        IAnsiConsole silent = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(TextWriter.Null) });
        await ProgressView.RunAsync(silent, TimeProvider.System, async view =>
            outcome = await new Experiment(digits, devices, settings).RunAsync(view, cancellationToken));
        return outcome!;
    }
}
