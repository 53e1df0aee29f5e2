using CsCheck;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class BlockImportanceTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [4]), ("b", [2]), ("c", [10]));

    [Fact]
    public void Whole_blocks_have_the_importance_of_their_values()
    {
        var importance = new BlockImportance(Layout, 8, 1, 5);
        Assert.Equal(8, importance.Of([Layout.RangeOf(0)]));
        Assert.Equal(6, importance.Of([Layout.RangeOf(2), Layout.RangeOf(1)]));
        Assert.Equal(14, importance.Of([new(0, 16)]));
        Assert.Equal(0, importance.Of([]));
    }

    [Fact]
    public void A_part_of_a_block_has_its_share_of_the_importance() => Assert.Equal(2 + 0.5, new BlockImportance(Layout, 8, 1, 5).Of([new(3, 2)]));

    [Fact]
    public void Worth_adds_up_over_coordinates() =>
        Gen.Select(Gen.Double[0, 9].Array[3], Gen.Int[0, 16], Gen.Int[0, 16]).Sample((values, a, b) =>
        {
            var range = new ParameterRange(Math.Min(a, b), Math.Abs(a - b));
            var importance = new BlockImportance(Layout, values);
            double twin = Enumerable.Range(range.Start, range.Length).Sum(j => j < 4 ? values[0] / 4 : j < 6 ? values[1] / 2 : values[2] / 10);
            Assert.Equal(twin, importance.Of([range]), 1e-12);
        });

    [Fact]
    public void The_importance_of_a_gradient_is_its_energy_in_each_block()
    {
        float[] gradient = [1, 2, 3, 4, -3, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, .5f];
        Assert.Equal([30, 9, 9.25], BlockImportance.FromGradient(Layout, gradient).Values.AsEnumerable());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1e-9)]
    public void A_value_that_is_negative_or_not_finite_is_refused_with_its_block(double value)
    {
        var error = Assert.Throws<ArgumentException>(() => new BlockImportance(Layout, 1, value, 1));
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_gradient_that_is_not_finite_is_refused(float value)
    {
        var gradient = new float[16];
        gradient[15] = value;
        Assert.Throws<ArgumentException>(() => BlockImportance.FromGradient(Layout, gradient));
    }

    [Fact]
    public void Another_number_of_values_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new BlockImportance(Layout, 1, 2));
        Assert.Throws<ArgumentException>(() => new BlockImportance(Layout, 1, 2, 3, 4));
        Assert.Throws<ArgumentException>(() => BlockImportance.FromGradient(Layout, new float[15]));
    }
}
