using Ftte.Aggregation;
using Ftte.Privacy;

namespace Ftte.Simulation.Tests;

/// <summary>Runs with differential privacy: the limits of participation decide which devices get work.</summary>
public class DifferentialPrivacyTests
{
    private const int Capacity = 4;

    private static DifferentialPrivacyOptions Privacy(int maxVersions, int maxParticipations, int minSeparation, int bands = 1) => new()
    {
        ClippingNorm = 1,
        NoiseMultiplier = 0.01,
        MaxVersions = maxVersions,
        MaxParticipations = maxParticipations,
        MinSeparation = minSeparation,
        Bands = bands,
        TestSeed = 7,
    };

    private static SimulationRule Rule(DifferentialPrivacyOptions privacy)
    {
        BufferedAggregatorOptions options = PrivateAggregator.CreateDefaultOptions();
        options.Capacity = Capacity;
        return Runs.FedBuff(capacity: Capacity, concurrency: 6) with { CreateAggregator = (model, selections, _) => new PrivateAggregator(model, selections, privacy, options) };
    }

    private static Task<SimulationResult> RunAsync(SimulationRule rule, int devices, int threads = 1) =>
        Runs.RunAsync(rule, ToyTask.Devices(devices), new SimulationOptions { Seed = 3, Threads = threads, MaxVersions = 100 });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_run_ends_when_the_budget_is_spent_and_no_device_contributes_too_often_or_too_soon(int bands)
    {
        SimulationResult result = await RunAsync(Rule(Privacy(maxVersions: 12, maxParticipations: 4, minSeparation: 3, bands)), devices: 20);

        Assert.Equal(SimulationEnding.TrainingEnded, result.Ending);
        Assert.Equal(12, result.Model!.Version.Number);
        Assert.Equal(12 * Capacity, result.Totals.Accepted);

        // The production server refuses nobody, because the simulator asks for work only for devices that may contribute.
        Assert.Equal(0, result.Totals.Rejected);
        foreach (IGrouping<int, JobRecord> jobs in result.Jobs.Where(job => job.Outcome == JobOutcome.Accepted).GroupBy(job => job.Device))
        {
            Assert.InRange(jobs.Count(), 1, 4);
        }
    }

    [Fact]
    public async Task A_population_that_is_too_small_for_the_limits_ends_the_run_with_the_reason()
    {
        SimulationResult used = await RunAsync(Rule(Privacy(maxVersions: 12, maxParticipations: 1, minSeparation: 1)), devices: 10);
        SimulationResult waiting = await RunAsync(Rule(Privacy(maxVersions: 12, maxParticipations: 4, minSeparation: 6)), devices: 10);

        // Ten devices complete two buffers of four.
        Assert.Equal((SimulationEnding.NoEligibleDevice, 2), (used.Ending, (int)used.Model!.Version.Number));
        Assert.Contains("10 have contributed as often as they may", used.EndingReason, StringComparison.Ordinal);
        Assert.Equal((SimulationEnding.BufferCannotFill, 2), (waiting.Ending, (int)waiting.Model!.Version.Number));
    }

    [Fact]
    public async Task The_same_seeds_have_the_same_bits_on_any_number_of_threads()
    {
        SimulationRule rule = Rule(Privacy(maxVersions: 8, maxParticipations: 4, minSeparation: 2, bands: 2));
        SimulationResult one = await RunAsync(rule, devices: 20, threads: 1), four = await RunAsync(rule, devices: 20, threads: 4);

        Assert.Equal(one.Model!.Parameters.ToArray(), four.Model!.Parameters.ToArray());
    }
}
