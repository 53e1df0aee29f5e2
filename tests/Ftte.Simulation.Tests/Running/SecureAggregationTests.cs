using Ftte.Privacy.SecureAggregation;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Tests;

/// <summary>Runs with secure aggregation. K is 5, so that a cohort has 6 members, of which 4 must remain.</summary>
public class SecureAggregationTests
{
    private static SecureAggregationOptions Options => new() { Capacity = 5, Quantization = new SharedQuantization(1), StepTimeout = TimeSpan.FromSeconds(20), QueueTimeout = TimeSpan.FromMinutes(2) };

    private static Task<SimulationResult> RunAsync(SimulationRule rule, int devices = 30, int threads = 1, int versions = 10) =>
        Runs.RunAsync(rule, ToyTask.Devices(devices), new SimulationOptions { Seed = 3, Threads = threads, MaxVersions = versions });

    [Fact]
    public async Task Every_cohort_makes_a_version_and_its_messages_are_counted()
    {
        SimulationResult result = await RunAsync(Runs.FedBuff().WithSecureAggregation(Options));

        CohortTotals cohorts = result.Cohorts!.Value;
        Assert.Equal(10, result.Model!.Version.Number);
        Assert.Equal((10, 0, 60, 0), (cohorts.Completed, cohorts.Failed, cohorts.Members, cohorts.Left));
        Assert.Equal(60, result.Totals.Accepted);

        // Announcement, 6 shares of 80 bytes, 10 values of 4 bytes, 6 shares of 32 bytes, with their headers.
        const int Shares = 2 + 32 + 4 + (6 * 80), Masked = 10 * 4, Unmasking = 2 + 4 + (6 * 32);
        long announced = cohorts.BytesUp - (60 * (Shares + Masked + Unmasking));
        Assert.InRange(announced / (double)result.Totals.Trips, 100, 200);
        Assert.True(cohorts.BytesUp < result.Totals.BytesUp);
        Assert.True(cohorts.BytesDown < result.Totals.BytesDown);
        Assert.True(cohorts.Waiting > TimeSpan.Zero);

        // Without latencies and with fast links, steps take no time worth mentioning.
        Assert.InRange(cohorts.Steps, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public async Task Cohorts_go_on_without_members_that_leave_or_fail_and_try_again(double dropOut)
    {
        SimulationResult none = await RunAsync(Runs.FedBuff().WithSecureAggregation(Options)), result = await RunAsync(Runs.FedBuff().WithSecureAggregation(Options, dropOut));

        CohortTotals cohorts = result.Cohorts!.Value;
        Assert.Equal(10, result.Model!.Version.Number);
        Assert.Equal(10, cohorts.Completed);
        Assert.InRange(cohorts.Left, 1, cohorts.Members / 2);
        Assert.InRange(result.Totals.Accepted, 40, 59);

        // Who leaves after its masked update has arrived is in the sum.
        Assert.InRange(result.Totals.Dropped, 1, cohorts.Left);
        Assert.True(cohorts.Steps >= TimeSpan.FromSeconds(20));
        Assert.True(result.Duration > none.Duration);
        Assert.Equal(result.Totals.Trips, result.Totals.Accepted + result.Totals.Dropped + result.Totals.Rejected + result.Totals.Unfinished);
    }

    [Fact]
    public async Task A_population_in_which_every_cohort_fails_ends_the_run()
    {
        SimulationResult result = await RunAsync(Runs.FedBuff().WithSecureAggregation(Options, dropOut: 1), versions: 3);

        // Two of three leave before their masked update arrives.
        Assert.True(result.Cohorts!.Value.Failed > 0);
        Assert.NotEqual(SimulationEnding.Unknown, result.Ending);
    }

    [Fact]
    public async Task Fewer_devices_form_a_smaller_cohort_after_the_longest_wait()
    {
        SimulationRule rule = Runs.FedBuff().WithSecureAggregation(Options);
        SimulatedDevice slow = ToyTask.Devices(1)[0] with { Name = "slow", JobDuration = LatencyDistribution.Constant(10_000) };
        SimulationResult result = await Runs.RunAsync(rule, [.. ToyTask.Devices(5), slow], new SimulationOptions { Seed = 3, Threads = 1, MaxVersions = 3 });

        Assert.Equal((3, 0, 15), (result.Cohorts!.Value.Completed, result.Cohorts.Value.Failed, result.Cohorts.Value.Members));
        Assert.InRange(result.Duration, 3 * Options.QueueTimeout, 4 * Options.QueueTimeout);
        await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(rule, devices: 5, versions: 3));
    }

    [Fact]
    public async Task The_same_seed_has_the_same_bits_on_any_number_of_threads()
    {
        SimulationRule rule = Runs.TinyRule().WithSecureAggregation(Options, dropOut: 0.2);

        Assert.Equal(Runs.Fingerprint(await RunAsync(rule)), Runs.Fingerprint(await RunAsync(rule, threads: 4)));
    }

    [Fact]
    public async Task Totals_of_cohorts_are_kept_in_result_files()
    {
        SimulationResult result = await RunAsync(Runs.FedBuff().WithSecureAggregation(Options, dropOut: 0.1));
        var writer = new StringWriter();
        ResultFile.WriteJsonLines(writer, result);

        Assert.Equal(result.Cohorts, ResultFile.ReadJsonLines(new StringReader(writer.ToString())).Cohorts);
        Assert.Throws<InvalidDataException>(() => ResultFile.ReadJsonLines(new StringReader(writer.ToString().Replace("\"left\":", "\"left\":-", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Rules_that_do_not_fit_are_refused_with_a_reason()
    {
        Assert.Contains("A cohort has 6 members, but the server lets 5 devices work at once", Assert.Throws<ArgumentException>(() => Runs.FedBuff(concurrency: 5).WithSecureAggregation(Options)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Runs.FedBuff().WithSecureAggregation(Options, dropOut: 1.1));
        SimulationRule unweighted = Runs.FedBuff() with { SecureAggregation = new SimulatedSecureAggregation { Options = Options } };
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(unweighted));
        Assert.Contains("ConstantWeighting", refused.Message, StringComparison.Ordinal);
    }
}
