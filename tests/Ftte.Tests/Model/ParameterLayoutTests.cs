namespace Ftte.Tests;

public class ParameterLayoutTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("conv.weight", [8, 3, 3, 3]), ("conv.bias", [8]), ("scale", []), ("fc", [2, 5]));

    [Fact]
    public void Blocks_lie_one_after_the_other_in_the_order_given()
    {
        Assert.Equal(["conv.weight", "conv.bias", "scale", "fc"], Layout.Blocks.Select(b => b.Name));
        Assert.Equal([new(0, 216), new(216, 8), new(224, 1), new ParameterRange(225, 10)], Layout.Blocks.Select(b => b.Range));
        Assert.Equal(235, Layout.ParameterCount);
        Assert.Equal(new ParameterRange(225, 10), Layout.RangeOf(3));
    }

    [Fact]
    public void A_scalar_has_no_dimensions_and_one_value()
    {
        Assert.Empty(Layout["scale"].Shape);
        Assert.Equal(1, Layout["scale"].Range.Length);
    }

    [Fact]
    public void A_block_is_found_by_its_name() => Assert.Same(Layout.Blocks[1], Layout["conv.bias"]);

    [Fact]
    public void An_unknown_name_is_refused_with_the_names_that_exist()
    {
        var error = Assert.Throws<KeyNotFoundException>(() => Layout["conv.Bias"]);
        Assert.Contains("'conv.Bias'", error.Message, StringComparison.Ordinal);
        Assert.Contains("conv.weight, conv.bias, scale, fc", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_changed_by_its_giver_afterwards_leaves_the_layout_as_it_was()
    {
        int[] shape = [2, 3];
        var layout = ParameterLayout.Create(("a", shape));
        shape[0] = 7;
        Assert.Equal([2, 3], layout["a"].Shape.AsEnumerable());
    }

    [Fact]
    public void No_blocks_are_refused() => Assert.Throws<ArgumentException>(() => ParameterLayout.Create());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void A_block_without_a_name_is_refused(string? name) =>
        Assert.ThrowsAny<ArgumentException>(() => ParameterLayout.Create((name!, [1])));

    [Fact]
    public void A_block_without_a_shape_is_refused() => Assert.Throws<ArgumentNullException>(() => ParameterLayout.Create(("a", null!)));

    [Fact]
    public void Two_blocks_of_one_name_are_refused_by_that_name()
    {
        var error = Assert.Throws<ArgumentException>(() => ParameterLayout.Create(("a", [1]), ("b", [1]), ("a", [2])));
        Assert.Contains("'a'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_differ_in_case() => Assert.Equal(2, ParameterLayout.Create(("a", [1]), ("A", [1])).Blocks.Length);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_dimension_that_is_not_positive_is_refused_with_the_block(int dimension)
    {
        var error = Assert.Throws<ArgumentException>(() => ParameterLayout.Create(("fc", [4, dimension])));
        Assert.Contains("'fc'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{dimension}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vector_as_long_as_the_longest_array_is_described_without_allocating_it() =>
        Assert.Equal(Array.MaxLength, ParameterLayout.Create(("a", [Array.MaxLength])).ParameterCount);

    public static TheoryData<int[], int[]> TooLong => new()
    {
        { [], [Array.MaxLength] },
        { [1], [int.MaxValue] },
        { [1], [int.MaxValue, int.MaxValue, int.MaxValue] },
        { [Array.MaxLength], [1] },
        { [Array.MaxLength], [] },
    };

    [Theory]
    [MemberData(nameof(TooLong))]
    public void A_vector_longer_than_the_longest_array_is_refused_with_the_block(int[] first, int[] second)
    {
        var error = Assert.Throws<ArgumentException>(() => ParameterLayout.Create(("first", first), ("second", second)));
        Assert.Contains("'second'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fingerprint_has_the_golden_value() =>
        Assert.Equal(0x283010fc8e16b09ful, ParameterLayout.Create(("conv1.weight", [8, 3, 3, 3]), ("conv1.bias", [8]), ("Schräge", [])).Fingerprint);

    [Fact]
    public void Equal_layouts_have_equal_fingerprints() =>
        Assert.Equal(ParameterLayout.Create(("a", [2, 3]), ("b", [4])).Fingerprint, ParameterLayout.Create(("a", [2, 3]), ("b", [4])).Fingerprint);

    [Fact]
    public void Names_shapes_and_order_each_change_the_fingerprint()
    {
        ParameterLayout[] layouts =
        [
            ParameterLayout.Create(("a", [2, 3]), ("b", [6])),
            ParameterLayout.Create(("a", [2, 3]), ("c", [6])),
            ParameterLayout.Create(("a", [3, 2]), ("b", [6])),
            ParameterLayout.Create(("a", [6]), ("b", [6])),
            ParameterLayout.Create(("a", [1, 6]), ("b", [6])),
            ParameterLayout.Create(("a", [6, 1]), ("b", [6])),
            ParameterLayout.Create(("b", [6]), ("a", [2, 3])),
            ParameterLayout.Create(("b", [2, 3]), ("a", [6])),
            ParameterLayout.Create(("ab", [2, 3]), ("b", [6])),
            ParameterLayout.Create(("a", [2, 3]), ("b", [6]), ("c", [])),
            ParameterLayout.Create(("a", [2, 3]), ("b", [6, 1])),
        ];
        Assert.Equal(layouts.Length, layouts.Select(l => l.Fingerprint).Distinct().Count());
    }
}
