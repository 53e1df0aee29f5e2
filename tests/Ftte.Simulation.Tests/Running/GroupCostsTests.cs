using System.Collections.Immutable;

namespace Ftte.Simulation.Tests;

public class GroupCostsTests
{
    private static readonly ImmutableArray<SimulatedDevice> Devices =
    [
        Device("a", "phone", isStraggler: false, speed: 100),
        Device("b", "phone", isStraggler: true, speed: 10),
        Device("c", "watch", isStraggler: false, speed: 50),
        Device("d", "phone", isStraggler: false, speed: 100),
    ];

    [Fact]
    public void The_costs_of_a_group_are_the_sums_of_its_jobs()
    {
        SimulationResult result = Result(
            Job(0, seconds: 1, JobOutcome.Accepted, down: 20, up: 10, multiplyAdds: 1000),
            Job(0, seconds: 2, JobOutcome.Accepted, down: 2, up: 1, multiplyAdds: 100),
            Job(1, seconds: 3, JobOutcome.Dropped, down: 20, up: 0, multiplyAdds: 500),
            Job(3, seconds: 4, JobOutcome.Rejected, down: 4, up: 5, multiplyAdds: 0));

        // 3 watts while computing at 100 multiply-adds per second, 2 watts while receiving 10 and sending 5 bytes per second.
        Assert.Equal(
            [
                new GroupCosts("phone", 2, 1, 3, 2, 16, 26, 1100, (3 * 11.0) + (2 * (2.6 + 3.2))),
                new GroupCosts("phone, straggler", 1, 0, 1, 0, 0, 20, 500, (3 * 50.0) + (2 * 2.0)),
                new GroupCosts("watch", 1, 0, 0, 0, 0, 0, 0, 0),
            ],
            GroupCosts.Of(result, Devices).Select(costs => costs with { Joules = Math.Round(costs.Joules, 9) }));
    }

    [Fact]
    public void Jobs_that_end_after_the_time_are_not_counted()
    {
        SimulationResult result = Result(Job(0, seconds: 1, JobOutcome.Accepted), Job(0, seconds: 2, JobOutcome.Accepted), Job(2, seconds: 3, JobOutcome.Accepted));
        Assert.Equal([2, 0], GroupCosts.Of(result, Devices, device => device.Kind, TimeSpan.FromSeconds(2)).Select(costs => costs.Accepted));
    }

    [Fact]
    public void A_run_of_other_devices_is_refused()
    {
        SimulationResult result = Result(Job(4, seconds: 1, JobOutcome.Accepted));
        Assert.Contains("device at index 4, but there are 4 devices", Assert.Throws<ArgumentException>(() => GroupCosts.Of(result, Devices)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GroupCosts.Of(Result(Job(0, seconds: 1, JobOutcome.Accepted)), []));
    }

    [Fact]
    public void Without_devices_and_jobs_there_are_no_groups() => Assert.Empty(GroupCosts.Of(Result(), default));

    private static SimulatedDevice Device(string name, string kind, bool isStraggler, double speed) => new()
    {
        Name = name,
        Kind = kind,
        IsStraggler = isStraggler,
        MultiplyAddsPerSecond = speed,
        DownloadBytesPerSecond = 10,
        UploadBytesPerSecond = 5,
        ComputeWatts = 3,
        RadioWatts = 2,
    };

    private static JobRecord Job(int device, double seconds, JobOutcome outcome, long down = 0, long up = 0, long multiplyAdds = 0) =>
        new(0, device, TimeSpan.Zero, TimeSpan.FromSeconds(seconds), outcome, UpdateOutcome.None, default, 0, 0, down, up, multiplyAdds);

    private static SimulationResult Result(params JobRecord[] jobs) => new()
    {
        Rule = "rule",
        Seed = 1,
        IsComplete = true,
        Duration = TimeSpan.FromSeconds(10),
        Points = [],
        Jobs = [.. jobs],
        Totals = default,
    };
}
