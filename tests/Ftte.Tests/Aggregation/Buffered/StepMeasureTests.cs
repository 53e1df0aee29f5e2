using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

public class StepMeasureTests
{
    [Fact]
    public void A_model_without_trainable_coordinates_has_a_step_of_zero()
    {
        var measure = new StepMeasure();
        measure.AddStatistics([1, 2]);
        Assert.Equal((0d, 0d, true), (measure.Norm, measure.RootMeanSquare, measure.IsFinite));
    }

    [Fact]
    public void Opposite_changes_do_not_cancel()
    {
        var measure = new StepMeasure();
        measure.Add([1, 1, 1], [2, 0, 1]);
        measure.Add([5], [6]);
        Assert.Equal(Math.Sqrt(3), measure.Norm, 1e-12);
        Assert.Equal(Math.Sqrt(.75), measure.RootMeanSquare, 1e-12);
    }

    [Fact]
    public void One_value_that_is_not_finite_is_enough()
    {
        var statistics = new StepMeasure();
        statistics.AddStatistics([1]);
        statistics.AddStatistics([float.PositiveInfinity]);
        Assert.False(statistics.IsFinite);
        statistics.AddStatistics([1]);
        Assert.False(statistics.IsFinite);
        statistics.AddStatistics([float.NaN]);
        Assert.False(statistics.IsFinite);

        var steps = new StepMeasure();
        steps.Add([0], [float.NaN]);
        steps.Add([0], [1]);
        Assert.False(steps.IsFinite);
    }
}
