using Ftte.Privacy.SecureAggregation;
using Ftte.Simulation.Cohorts;

namespace Ftte.Simulation.Tests;

/// <summary>The course of a cohort of 6, of which 4 must remain, with 1,000 values of 4 bytes. Links transfer 1,000 bytes per second up, and messages down take no time.</summary>
public class CohortCourseTests
{
    private static readonly SecureAggregationOptions Options = new() { Capacity = 5, Quantization = new SharedQuantization(1), StepTimeout = TimeSpan.FromSeconds(10) };

    private static readonly SimulatedDevice Device = new() { Name = "d", UploadBytesPerSecond = 1000, DownloadBytesPerSecond = 1e15 };

    private static CohortCourse Compute(int[] answers, Func<int, double>? latency = null) => CohortCourse.Compute(
        [.. answers.Select((count, i) => new CohortMemberPlan(Device, count, [.. Enumerable.Repeat(latency?.Invoke(i) ?? 0, 6)]))], Options, 1000);

    private static double ShareSeconds => CohortTraffic.Shares(6) / 1000.0;

    [Fact]
    public void Without_drop_outs_the_steps_take_the_transfers()
    {
        CohortCourse course = Compute([3, 3, 3, 3, 3, 3]);

        Assert.Equal(ShareSeconds + 4 + (CohortTraffic.Unmasking(6) / 1000.0), course.Duration.TotalSeconds, 1e-6);
        Assert.Equal([0, 1, 2, 3, 4, 5], course.Contributors.AsEnumerable());
        Assert.Empty(course.Left);
        Assert.All(course.BytesUp, bytes => Assert.Equal(CohortTraffic.Shares(6) + 4000 + CohortTraffic.Unmasking(6), bytes));
        Assert.All(course.BytesDown, bytes => Assert.Equal(
            CohortTraffic.Invitation(6, Options.Quantization!) + CohortTraffic.SharesForMember(6) + CohortTraffic.Members(6) + CohortTraffic.Receipt, bytes));
    }

    /// <summary>A member that leaves at one of the first two steps costs the time limit; at the last one, the shares of the others suffice.</summary>
    [Theory]
    [InlineData(0, 10 + 4, 5)]
    [InlineData(1, 10, 5)]
    [InlineData(2, 4, 6)]
    public void A_member_that_leaves_costs_the_time_limit_of_its_step(int answers, int seconds, int contributors)
    {
        CohortCourse course = Compute([3, 3, answers, 3, 3, 3]);

        Assert.Equal(contributors, course.Contributors.Length);
        Assert.Equal([2], course.Left.AsEnumerable());
        Assert.InRange(course.Duration.TotalSeconds, seconds, seconds + 1.5);
        Assert.Equal(answers == 2, course.Contributors.Contains(2));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(2, 14)]
    public void A_cohort_with_too_few_members_fails_after_the_time_limit(int answers, int seconds)
    {
        CohortCourse course = Compute([3, 3, 3, answers, answers, answers]);

        Assert.Empty(course.Contributors);
        Assert.Equal([3, 4, 5], course.Left.AsEnumerable());
        Assert.InRange(course.Duration.TotalSeconds, seconds, seconds + 1.5);
    }

    [Fact]
    public void A_member_that_is_too_slow_does_not_contribute_and_has_not_left()
    {
        CohortCourse course = Compute([3, 3, 3, 3, 3, 3], i => i == 4 ? 6 : 0);

        Assert.Equal([0, 1, 2, 3, 5], course.Contributors.AsEnumerable());
        Assert.Empty(course.Left);
        Assert.Equal(0, course.BytesUp[4]);
    }
}
