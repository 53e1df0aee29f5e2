using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

public class LastDirectionTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("x", [2]));

    [Fact]
    public void Coordinates_that_the_last_step_did_not_change_have_no_direction()
    {
        var direction = new LastDirection(2);
        Assert.Equal(double.NaN, Cosine(direction, [0, 1], 1, 1));
        direction.Begin();
        direction.Record(0, [1, 1]);
        Assert.Equal(1, Cosine(direction, [0, 1], 1, 1), 1e-12);
        direction.Begin();
        direction.Record(0, [-2]);
        Assert.Equal(-Math.Sqrt(.5), Cosine(direction, [0, 1], 1, 1), 1e-12);
        Assert.Equal(double.NaN, Cosine(direction, [1], 1));
        direction.Reset();
        Assert.Equal(double.NaN, Cosine(direction, [0, 1], 1, 1));
    }

    private static double Cosine(LastDirection direction, int[] coordinates, params float[] values) => direction.Cosine(
        Layout.Roles.Of(ParameterSelection.Create(2, coordinates.Select(c => new ParameterRange(c, 1)))), values, Math.Sqrt(values.Sum(v => v * v)));
}
