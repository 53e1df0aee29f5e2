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
    public void A_whole_block_has_exactly_its_importance() =>
        Assert.Equal(1, new BlockImportance(ParameterLayout.Create(("a", [49])), 1).Of([new(0, 49)]));

    [Fact]
    public void A_value_whose_product_overflows_still_has_its_share()
    {
        var importance = new BlockImportance(Layout, 8, 1, 1e308);
        Assert.Equal(1e308, importance.Of([Layout.RangeOf(2)]), 1e293);
        Assert.Equal(7e307, importance.Of([new(6, 7)]), 1e293);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-900, 0)]
    [InlineData(-901, 900)]
    [InlineData(-1074, 900)]
    [InlineData(991, 0)]
    [InlineData(992, -1)]
    [InlineData(1023, -32)]
    public void The_scaled_unit_neither_overflows_nor_rounds_to_zero(int exponent, int scaledBy)
    {
        var importance = new BlockImportance(Layout, Math.ScaleB(1, exponent), 0, 0);
        Assert.Equal(scaledBy, importance.Scaled.Exponent);
        Assert.Equal(scaledBy == 0, ReferenceEquals(importance, importance.Scaled));
        Assert.Same(importance.Scaled, importance.Scaled.Scaled);
        Assert.Equal(Math.ScaleB(1, exponent + scaledBy), importance.Scaled.Values[0]);
        Assert.Equal(importance.Values[0], importance.Unscale(importance.Scaled.Of([Layout.RangeOf(0)])));
        Assert.Equal(importance.Scaled.Values[0], importance.Scale(importance.Values[0]));
    }

    [Fact]
    public void An_importance_of_zeros_needs_no_other_unit()
    {
        var importance = new BlockImportance(Layout, 0, 0, 0);
        Assert.Same(importance, importance.Scaled);
    }

    [Fact]
    public void Arguments_that_are_null_are_misuse()
    {
        Assert.Throws<ArgumentNullException>("layout", () => new BlockImportance(null!, 1, 1, 1));
        Assert.Throws<ArgumentNullException>("layout", () => BlockImportance.FromGradient(null!, [1]));
        Assert.Throws<ArgumentNullException>("ranges", () => new BlockImportance(Layout, 1, 1, 1).Of(null!));
    }

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
