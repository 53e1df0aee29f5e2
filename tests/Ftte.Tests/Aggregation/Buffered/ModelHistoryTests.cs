using Ftte.Aggregation;
using Ftte.Serialization;

namespace Ftte.Tests.Aggregation;

/// <summary>The drift of the model since a device received it.</summary>
public class ModelHistoryTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(
        [("skipped", [2], ParameterRole.Trainable), ("weight", [2], ParameterRole.Trainable), ("mean", [1], ParameterRole.Statistic), ("bias", [1], ParameterRole.Trainable)]);

    private static readonly PackedRoles Roles = Layout.Roles.Of(ParameterSelection.OfBlocks(Layout, "weight", "mean", "bias"));
    private static readonly ModelSnapshot Received = new(Layout, default, [0, 0, 1, 2, 3, 4]);
    private static readonly ModelSnapshot Current = new(Layout, new(1), [9, 9, 4, 6, 99, 16]);

    [Theory]
    [InlineData(new float[] { 3, 4, 7, 12 }, 1)]
    [InlineData(new float[] { -3, -4, 7, -12 }, -1)]
    [InlineData(new float[] { 4, -3, 7, 0 }, 0)]
    [InlineData(new float[] { 3, 4, 7, -12 }, -119.0 / 169)]
    public void Drift_is_compared_over_the_selected_trainable_coordinates(float[] step, double alignment)
    {
        var history = new ModelHistory(20);
        history.Publish(Received);
        history.Publish(Current);
        double stepNorm = Math.Sqrt(step.Where((_, i) => i != 2).Sum(v => v * v));
        (double norm, double actual) = history.Measure(default, Current, Roles, step, stepNorm);
        Assert.Equal(13, norm, 1e-12);
        Assert.Equal(alignment, actual, 1e-12);
        Assert.InRange(actual, -1, 1);
    }

    [Fact]
    public void A_fresh_update_has_no_drift_and_versions_that_are_too_old_are_forgotten()
    {
        var history = new ModelHistory(2);
        for (int version = 0; version < 4; version++)
        {
            history.Publish(new ModelSnapshot(Layout, new(version), [0, 0, version, 0, 0, 0]));
        }

        var current = new ModelSnapshot(Layout, new(3), [0, 0, 3, 0, 0, 0]);
        float[] step = [1, 0, 0, 0];
        Assert.Equal((0d, double.NaN), history.Measure(new(3), current, Roles, step, 1));
        Assert.Equal((2d, 1d), history.Measure(new(1), current, Roles, step, 1));
        Assert.Equal((double.NaN, double.NaN), history.Measure(new(0), current, Roles, step, 1));
    }

    [Fact]
    public void A_saved_history_is_restored_beside_the_current_model()
    {
        var history = new ModelHistory(20);
        history.Publish(Received);
        history.Publish(Current);
        byte[] saved = StateBytes.Write(history.Save);
        var restored = new ModelHistory(20);
        restored.Publish(Current);
        var reader = new StateReader(saved);
        restored.Load(ref reader, Current);
        reader.End();
        Assert.Equal(saved, StateBytes.Write(restored.Save));
        float[] step = [3, 4, 7, 12];
        Assert.Equal(history.Measure(default, Current, Roles, step, 13), restored.Measure(default, Current, Roles, step, 13));
        Assert.Equal(0, restored.Measure(Current.Version, Current, Roles, step, 13).Norm);
    }

    [Fact]
    public void An_aggregator_passes_the_drift_to_a_weighting_that_asks_for_it()
    {
        var asks = new RecordingWeighting(WeightingInputs.Drift);
        var doesNot = new RecordingWeighting();
        foreach (RecordingWeighting weighting in new[] { asks, doesNot })
        {
            Bench bench = Bench.OfZeros(new() { Capacity = 1, NormClip = null, Weighting = weighting });
            bench.Submit(0, 3f, 4f);
            bench.Submit(1, -3f, -4f);
        }

        Assert.Equal((0d, double.NaN), (asks.Weighted[0].DriftNorm, asks.Weighted[0].DriftAlignment));
        Assert.Equal((5d, -1d), (asks.Weighted[1].DriftNorm, asks.Weighted[1].DriftAlignment));
        Assert.All(doesNot.Weighted, s => Assert.Equal((double.NaN, double.NaN), (s.DriftNorm, s.DriftAlignment)));
    }
}
