using Ftte.Simulation.Common;

namespace Ftte.Simulation.Tests;

public sealed class ArrivalProcessTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Listed_arrivals_come_as_listed_whatever_the_seed_and_then_no_more()
    {
        Arrival[] arrivals = [new(default), new(2 * Second, 9 * Second), new(Second)];
        ArrivalProcess process = ArrivalProcess.Listed(arrivals);
        Assert.Equal(arrivals, Enumerable.Range(0, 3).Select(i => process.At(i, (ulong)i)!.Value));
        Assert.Null(process.At(3, 0));
        Assert.Null(process.At(1L << 40, 0));
        Assert.False(process.IsEndless);
    }

    [Fact]
    public void A_list_of_arrivals_is_copied()
    {
        Arrival[] arrivals = [new(Second)];
        ArrivalProcess process = ArrivalProcess.Listed(arrivals);
        arrivals[0] = new(2 * Second);
        Assert.Equal(Second, process.At(0, 0)!.Value.Gap);
    }

    [Fact]
    public void An_empty_list_has_no_arrivals()
    {
        Assert.Null(ArrivalProcess.Listed().At(0, 0));
        Assert.False(ArrivalProcess.Listed().IsEndless);
    }

    [Fact]
    public void Independent_arrivals_never_end_and_come_at_the_rate_given()
    {
        ArrivalProcess process = ArrivalProcess.Poisson(4);
        double[] gaps = [.. Enumerable.Range(0, 20_000).Select(i => process.At(i, 1)!.Value.Gap.TotalSeconds)];
        Assert.True(process.IsEndless);
        Assert.NotNull(process.At(long.MaxValue, 1));

        // The exponential law: mean and deviation are the same, and e^-1 of the gaps are longer than the mean.
        Assert.InRange(gaps.Average(), 0.243, 0.257);
        Assert.InRange(Math.Sqrt(gaps.Average(gap => (gap - 0.25) * (gap - 0.25))), 0.24, 0.26);
        Assert.InRange(gaps.Count(gap => gap > 0.25) / 20_000.0, 0.355, 0.381);
        Assert.All(gaps, gap => Assert.True(gap >= 0));
        Assert.All(Enumerable.Range(0, 10), i => Assert.Null(process.At(i, 1)!.Value.JobDuration));
    }

    [Fact]
    public void The_same_seed_gives_the_same_arrivals_and_another_does_not()
    {
        ArrivalProcess process = ArrivalProcess.Poisson(4);
        Assert.Equal(process.At(7, 1), ArrivalProcess.Poisson(4).At(7, 1));
        Assert.NotEqual(process.At(7, 1), process.At(7, 2));
        Assert.NotEqual(process.At(7, 1), process.At(8, 1));
    }

    [Fact]
    public void The_rarest_arrivals_come_after_every_run_and_not_after_all_time()
    {
        ArrivalProcess process = ArrivalProcess.Poisson(double.Epsilon);
        Assert.InRange(process.At(0, 1)!.Value.Gap, TimeSpan.FromSeconds(TimeLimits.MaxSeconds), TimeSpan.MaxValue / 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_rate_that_is_not_positive_is_refused(double perSecond) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(perSecond), () => ArrivalProcess.Poisson(perSecond));

    [Fact]
    public void Times_that_are_negative_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("arrivals", () => ArrivalProcess.Listed(new Arrival(Second), new Arrival(-Second)));
        Assert.Throws<ArgumentOutOfRangeException>("arrivals", () => ArrivalProcess.Listed(new Arrival(Second, -Second)));
    }

    [Fact]
    public void Times_that_no_run_lasts_are_refused_with_the_number_of_the_arrival()
    {
        TimeSpan longest = TimeSpan.FromSeconds(TimeLimits.MaxSeconds), longer = longest + new TimeSpan(1);
        Assert.Equal(longest, ArrivalProcess.Listed(new Arrival(longest, longest)).At(0, 0)!.Value.Gap);
        Assert.StartsWith("The times of arrival 1 are", Assert.Throws<ArgumentOutOfRangeException>("arrivals", () => ArrivalProcess.Listed(new(Second), new(longer))).Message);
        Assert.StartsWith("The times of arrival 1 are", Assert.Throws<ArgumentOutOfRangeException>("arrivals", () => ArrivalProcess.Listed(new(Second), new(TimeSpan.MaxValue))).Message);
        Assert.StartsWith("The times of arrival 0 are", Assert.Throws<ArgumentOutOfRangeException>("arrivals", () => ArrivalProcess.Listed(new(Second, longer), new(Second))).Message);
    }

    [Fact]
    public async Task The_longest_gaps_come_after_every_run()
    {
        TimeSpan longest = TimeSpan.FromSeconds(TimeLimits.MaxSeconds);
        var options = new SimulationOptions { Arrivals = ArrivalProcess.Listed(new(Second, Second), new(longest), new(longest)) };
        SimulationResult result = await Runs.RunAsync(Runs.FedBuff(1, 1), ToyTask.Devices(1), options);
        Assert.Equal((1, longest), (result.Totals.Trips, result.Duration));
    }
}
