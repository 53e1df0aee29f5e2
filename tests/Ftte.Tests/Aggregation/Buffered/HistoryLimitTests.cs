using System.Buffers.Binary;
using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>What reference values and histories keep, and what they ignore.</summary>
public class HistoryLimitTests
{
    [Fact]
    public void A_step_of_zeros_is_not_usual()
    {
        var history = new StepHistory();
        history.Add(0);
        Assert.Equal(double.NaN, history.Median);
        history.Add(2);
        history.Add(0);
        Assert.Equal(2, history.Median);
    }

    [Fact]
    public void A_reference_of_zero_is_not_known()
    {
        var reference = new RunningReference();
        reference.Observe(0);
        reference.Publish();
        Assert.Equal((0d, false), (reference.Value, reference.IsKnown));
        reference.Observe(4);
        reference.Publish();
        Assert.Equal((1d, true), (reference.Value, reference.IsKnown));
    }

    [Fact]
    public void Statistics_of_at_most_256_versions_are_kept_whatever_the_maximum_age()
    {
        var layout = ParameterLayout.Create([("mean", [1], ParameterRole.Statistic)]);
        var history = new StatisticHistory(layout, maxAge: 1000);
        for (int version = 0; version < 300; version++)
        {
            history.Publish(new ModelSnapshot(layout, new(version), [version]));
        }

        Assert.Equal(256, BinaryPrimitives.ReadInt32LittleEndian(StateBytes.Write(history.Save)));
    }
}
