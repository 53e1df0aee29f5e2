using System.Buffers;
using System.Collections.Immutable;
using Ftte.Simulation.Availability;
using Ftte.Simulation.Randomness;
using Ftte.Wire;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>What holds in every run, whatever is simulated.</summary>
public sealed class InvariantTests
{
    private static readonly Dictionary<string, LatencyDistribution> Laws = new()
    {
        ["constant"] = LatencyDistribution.Constant(10),
        ["uniform"] = LatencyDistribution.Uniform(1, 30),
        ["half-normal"] = LatencyDistribution.HalfNormal(10),
        ["log-normal"] = LatencyDistribution.LogNormal(10, 1),
        ["exponential"] = LatencyDistribution.Exponential(10),
        ["Pareto"] = LatencyDistribution.Pareto(1, 1, 60),
        ["Zipf"] = LatencyDistribution.Zipf(1.5, 60),
    };

    public static TheoryData<string> LawNames => [.. Laws.Keys];

    [Theory]
    [MemberData(nameof(LawNames))]
    public async Task The_mean_age_is_M_minus_1_over_K_whatever_the_law_of_the_durations(string law)
    {
        const int Capacity = 5, Concurrency = 20;
        SimulationRule rule = FedBuff(Capacity, Concurrency);
        rule.Aggregation.MaxAge = 1000;
        ImmutableArray<SimulatedDevice> devices = ToyTask.Devices(2000, new SimulatedDevice { Name = "d", JobDuration = Laws[law] });

        SimulationResult result = await RunAsync(rule, devices, new SimulationOptions { MaxVersions = 1000, EvaluateEveryVersions = 1000, Seed = 3 });

        // At every publication K are replaced one by one: M - 1 others publish on average (M - 1) / K versions during one job.
        Assert.InRange(result.Jobs.Where(job => job.Outcome == JobOutcome.Accepted).Average(job => job.Age), 3.8 * 0.93, 3.8 * 1.07);
    }

    [Fact]
    public async Task Nothing_arrives_before_it_was_sent_no_device_has_two_jobs_at_once_and_all_bytes_and_jobs_add_up()
    {
        foreach ((SimulationRule rule, ImmutableArray<SimulatedDevice> devices) in Everything())
        {
            SimulationResult result = await RunAsync(rule, devices, new SimulationOptions { MaxVersions = 40, Seed = 5 });

            Assert.True(result.Totals.Accepted > 0, rule.Name);
            Assert.All(result.Jobs, job => Assert.True(job.Start <= job.End && job.Age >= 0, $"{rule.Name}: {job}"));
            foreach (IGrouping<int, JobRecord> own in result.Jobs.GroupBy(job => job.Device))
            {
                JobRecord[] inTurn = [.. own.OrderBy(job => job.Number)];
                Assert.All(inTurn.Zip(inTurn.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start, $"{rule.Name}: {pair}"));
            }

            Assert.Equal(result.Jobs.Order(Comparer<JobRecord>.Create((a, b) => a.End.CompareTo(b.End))).Select(job => job.End), result.Jobs.Select(job => job.End));
            SimulationTotals totals = result.Totals;
            Assert.Equal(totals.Trips, result.Jobs.Length);
            Assert.Equal(totals.Trips, totals.Accepted + totals.Rejected + totals.Dropped + totals.Unfinished + totals.Measured + totals.Evaluated);
            Assert.Equal(totals.MultiplyAdds, result.Jobs.Sum(job => job.MultiplyAdds));
            if (totals.Refused == 0)
            {
                Assert.Equal((totals.BytesUp, totals.BytesDown), (result.Jobs.Sum(job => job.BytesUp), result.Jobs.Sum(job => job.BytesDown)));
            }
        }
    }

    [Fact]
    public async Task The_number_of_devices_at_work_is_the_concurrency_of_the_rule_and_never_more()
    {
        SimulationResult result = await RunAsync(FedBuff(5, 20), ToyTask.Devices(100), new SimulationOptions { MaxVersions = 50 });

        (TimeSpan Time, int Change)[] changes = [.. result.Jobs.SelectMany(job => new[] { (job.Start, 1), (job.End, -1) }).OrderBy(change => change.Item1).ThenBy(change => change.Item2)];
        int atWork = 0, most = 0;
        foreach ((_, int change) in changes)
        {
            most = Math.Max(most, atWork += change);
        }

        Assert.Equal(20, most);
    }

    [Fact]
    public async Task A_finished_device_is_replaced_at_once_by_one_that_has_a_share_of_the_buffer_left()
    {
        SimulationResult result = await RunAsync(FedBuff(10, 30), ToyTask.Devices(50), new SimulationOptions { MaxVersions = 100 });

        Assert.DoesNotContain(result.Jobs, job => job.UpdateOutcome == UpdateOutcome.ClientQuota);
        Assert.Equal(30 * result.Duration.Ticks, result.Jobs.Sum(job => (job.End - job.Start).Ticks));
    }

    [Fact]
    public async Task The_bytes_are_those_of_the_wire_format_and_int8_makes_them_fewer()
    {
        var options = new SimulationOptions { MaxVersions = 30 };
        SimulationRule whole = FedBuff() with { Selection = TinyRule().Selection };
        SimulationResult dense = await RunAsync(whole, ToyTask.Devices(40), options);
        SimulationResult sparse = await RunAsync(whole with { Up = ValueFormat.Int8 }, ToyTask.Devices(40), options);

        Assert.True(sparse.Totals.BytesUp < dense.Totals.BytesUp);
        ImmutableArray<SimulatedDevice> devices = ToyTask.Devices(40);
        Assert.All(sparse.Jobs.Where(job => job.Outcome == JobOutcome.Accepted), job =>
        {
            var client = new ClientId(devices[job.Device].Name);
            var request = new ArrayBufferWriter<byte>();
            CheckOutRequestMessage.Write(request, new CheckOutRequest(client, devices[job.Device].MemoryBudgetBytes, ToyTask.Layout.Fingerprint, new ModelVersion(0)));
            Assert.Equal(request.WrittenCount + UpdateMessage.GetLength(4, ValueFormat.Int8, client), job.BytesUp);
        });
    }

    [Fact]
    public async Task Every_rule_meets_the_same_fate_of_a_devices_nth_job()
    {
        ImmutableArray<SimulatedDevice> devices = ToyTask.Devices(10);
        var options = new SimulationOptions { MaxTrips = 100, Seed = 9 };
        SimulationResult one = await RunAsync(FedBuff(2, 4), devices, options), other = await RunAsync(Sync(3), devices, options);

        for (int device = 0; device < devices.Length; device++)
        {
            foreach ((TimeSpan a, TimeSpan b) in Durations(one, device).Zip(Durations(other, device)))
            {
                Assert.Equal(a, b);
            }
        }
    }

    private static IEnumerable<TimeSpan> Durations(SimulationResult result, int device) =>
        result.Jobs.Where(job => job.Device == device).OrderBy(job => job.Number).Select(job => job.End - job.Start);

    private static IEnumerable<(SimulationRule Rule, ImmutableArray<SimulatedDevice> Devices)> Everything()
    {
        ImmutableArray<SimulatedDevice> mixed = DevicePopulation.WithStragglers(DevicePopulation.Mixed(60, 1), 0.9, 10, 1);
        ImmutableArray<SimulatedDevice> flaky = [.. mixed.Select((device, i) => device with
        {
            DropOut = 0.2,
            Availability = AvailabilityPattern.DutyCycle(TimeSpan.FromSeconds(20 + i), 0.5),
            ClockSkew = TimeSpan.FromMinutes(i - 30),
        })];
        foreach (SimulationRule rule in RuleTests.Rules())
        {
            yield return (rule, mixed);
            yield return (rule, flaky);
        }
    }
}
