using System.Collections.Immutable;
using Ftte.Simulation;
using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

/// <summary>The comparison in small: twenty devices, three virtual minutes.</summary>
public class ExperimentTests
{
    private const int Devices = 20;

    [Fact]
    public async Task The_same_seed_gives_the_same_run_bit_for_bit()
    {
        ImmutableArray<SimulationResult> first = await RunAsync(7), second = await RunAsync(7), other = await RunAsync(8);
        Assert.All(first.Zip(second), pair => Assert.Equal(Text(pair.First), Text(pair.Second)));
        Assert.All(first.Zip(other), pair => Assert.NotEqual(Text(pair.First), Text(pair.Second)));
    }

    [Fact]
    public async Task Ftte_trains_what_fits_the_weakest_device_and_sends_less_each_way()
    {
        (Experiment experiment, ImmutableArray<SimulatedDevice> devices) = Make(7);
        ImmutableArray<SimulationResult> results = await experiment.RunAsync((_, _) => { }, CancellationToken.None);
        (SimulationResult fedAvg, SimulationResult ftte) = (results[0], results[1]);
        Assert.Equal(("FedAvg", "FTTE"), (fedAvg.Rule, ftte.Rule));
        Assert.InRange(ftte.Totals.PeakDeviceBytes, 1, devices.Min(device => device.MemoryBudgetBytes));
        Assert.InRange(ftte.Totals.PeakDeviceBytes, 1, fedAvg.Totals.PeakDeviceBytes / 10);
        Assert.InRange(experiment.WholePlan.PeakBytes, ftte.Totals.PeakDeviceBytes, fedAvg.Totals.PeakDeviceBytes);
        Assert.True(fedAvg.Selection!.IsFull);
        Assert.InRange(ftte.Selection!.Count, 1, fedAvg.Selection.Count - 1);
        EvaluationPoint last = ftte.Points[^1], lastFedAvg = fedAvg.Points[^1];
        Assert.True(last.Version > lastFedAvg.Version, "never waiting makes more versions");
        Assert.True(last.BytesUp / last.Version.Number < lastFedAvg.BytesUp / lastFedAvg.Version.Number / 3, "a version takes less than a third of the bytes");
    }

    [Fact]
    public async Task Both_methods_start_from_the_same_model_and_are_evaluated_every_five_seconds_at_most()
    {
        ImmutableArray<SimulationResult> results = await RunAsync(7);
        Assert.Equal(results[0].Points[0].Quality, results[1].Points[0].Quality);
        Assert.All(results, result => Assert.All(
            result.Points.Zip(result.Points.Skip(1).SkipLast(1)), pair => Assert.True(pair.Second.Time - pair.First.Time >= TimeSpan.FromSeconds(5))));
    }

    [Fact]
    public async Task Progress_goes_from_0_to_1_without_steps_back()
    {
        var shares = new List<double>();
        await Make(7).Experiment.RunAsync((share, _) => shares.Add(share), CancellationToken.None);
        Assert.Equal((0, 1), (shares[0], shares[^1]));
        Assert.Equal(shares.Order(), shares);
    }

    [Fact]
    public async Task A_canceled_run_ends_with_OperationCanceledException() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(7, new CancellationToken(canceled: true)));

    [Fact]
    public async Task A_run_that_is_canceled_between_evaluations_has_no_result()
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Make(7).Experiment.RunAsync(
            (share, _) =>
            {
                if (share > 0.3)
                {
                    source.Cancel();
                }
            },
            source.Token));
    }

    [Theory]
    [InlineData(10, 9)]
    [InlineData(15, 14)]
    [InlineData(100, 90)]
    [InlineData(10_000, 9_000)]
    public void Nine_in_ten_devices_are_ten_times_slower(int count, int slow)
    {
        ImmutableArray<SimulatedDevice> devices = Session.CreateDevices(count, seed: 1);
        Assert.Equal(slow, devices.Count(device => device.IsStraggler));
        Assert.All(devices, device => Assert.InRange(device.MemoryBudgetBytes, 128 << 10, 192 << 10));
    }

    private static (Experiment Experiment, ImmutableArray<SimulatedDevice> Devices) Make(ulong seed)
    {
        ImmutableArray<SimulatedDevice> devices = Session.CreateDevices(Devices, seed);
        return (new Experiment(DigitData.Synthesize(Devices, seed), devices, ExperimentSettings.Synthetic(seed) with { VirtualTime = TimeSpan.FromMinutes(3) }), devices);
    }

    private static Task<ImmutableArray<SimulationResult>> RunAsync(ulong seed, CancellationToken cancellationToken = default) =>
        Make(seed).Experiment.RunAsync((_, _) => { }, cancellationToken);

    private static string Text(SimulationResult result)
    {
        using var writer = new StringWriter();
        ResultFile.WriteJsonLines(writer, result);
        return writer.ToString();
    }
}
