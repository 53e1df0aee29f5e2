using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>The limits of the default guard: what is exactly at a limit is published.</summary>
public class StepGuardTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(
        [("w", [1], ParameterRole.Trainable), ("mean", [1], ParameterRole.Statistic), ("variance", [3], ParameterRole.Variance)]);

    private static readonly ModelSnapshot Current = new(Layout, default, [1, 1, 1, 0, -1]);

    [Theory]
    [InlineData(8, 4, true)]
    [InlineData(8.001, 4, false)]
    [InlineData(1, 0, true)]
    [InlineData(1, double.NaN, true)]
    public void A_step_is_refused_above_the_ratio_to_a_positive_reference_only(double rootMeanSquare, double reference, bool isPublished) =>
        Assert.Equal(isPublished, new StepGuard(maxRatio: 2).Check(Current, Current, new StepStatistics(3, 1, rootMeanSquare, reference)) is null);

    [Theory]
    [InlineData(0.2, true)]
    [InlineData(0.20001, false)]
    public void After_a_step_near_zero_a_step_of_5_percent_of_the_parameters_that_it_changes_is_published(double norm, bool isPublished)
    {
        ParameterLayout layout = ParameterLayout.Create([("w", [3], ParameterRole.Trainable), ("mean", [1], ParameterRole.Statistic)]);
        ModelSnapshot current = new(layout, default, [4, 100, 0, 1000]), candidate = new(layout, new(1), [5, 100, 1, 2000]);

        Assert.Equal(isPublished, new StepGuard().Check(current, candidate, new StepStatistics(3, norm, 1, 1e-12)) is null);
    }

    [Theory]
    [InlineData(4, 40, double.NaN, true)]
    [InlineData(4, 40.001, double.NaN, false)]
    [InlineData(4, 40.001, 0, false)]
    [InlineData(0, 1e6, double.NaN, true)]
    public void Without_a_reference_a_step_of_10_times_the_parameters_that_it_changes_is_published(float weight, double norm, double reference, bool isPublished)
    {
        ParameterLayout layout = ParameterLayout.Create([("w", [2], ParameterRole.Trainable)]);
        ModelSnapshot current = new(layout, default, [weight, 100]), candidate = new(layout, new(1), [5, 100]);

        Assert.Equal(isPublished, new StepGuard().Check(current, candidate, new StepStatistics(3, norm, norm, reference)) is null);
    }

    [Theory]
    [InlineData(null, -5, -5, 1, 1, 1)]
    [InlineData(null, 1, 1, 0, 0, -2)]
    [InlineData("The variance 0 of block 'variance' becomes -1.", 1, 1, -1, 1, 1)]
    [InlineData("The variance 1 of block 'variance' becomes -0.5.", 1, 1, 1, -0.5f, 1)]
    public void Only_a_variance_that_becomes_negative_is_refused(string? reason, float weight, float mean, float first, float second, float third)
    {
        string? refusal = new StepGuard().Check(Current, new ModelSnapshot(Layout, new(1), [weight, mean, first, second, third]), default);
        Assert.True(reason is null ? refusal is null : refusal?.StartsWith(reason, StringComparison.Ordinal) == true, refusal);
    }

    [Fact]
    public void A_step_that_is_too_long_is_reported_before_a_negative_variance()
    {
        string? refusal = new StepGuard(maxRatio: 2).Check(Current, new ModelSnapshot(Layout, new(1), [1, 1, -1, 1, 1]), new StepStatistics(3, 1, 9, 4));

        Assert.StartsWith("The step of 3 updates", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_versions_are_required()
    {
        Assert.Throws<ArgumentNullException>("current", () => new StepGuard().Check(null!, Current, default));
        Assert.Throws<ArgumentNullException>("candidate", () => new StepGuard().Check(Current, null!, default));
    }

    [Fact]
    public void A_ratio_of_one_is_accepted() => Assert.Equal(1, new StepGuard(1).MaxRatio);
}
