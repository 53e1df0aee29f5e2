using CsCheck;

namespace Ftte.Tests;

/// <summary>A selection against its readable twin: one bool per coordinate.</summary>
public class ParameterSelectionTests
{
    private const int Length = 41;

    private static readonly Gen<ParameterRange[]> Ranges =
        Gen.Select(Gen.Int[0, Length], Gen.Int[0, 9], (start, length) => new ParameterRange(start, Math.Min(length, Length - start))).Array[0, 8];

    private static readonly Gen<ParameterSelection> Selections = Ranges.Select(ranges => ParameterSelection.Create(Length, ranges));

    private static readonly Gen<float[]> Vectors = Gen.Float[-8, 8].Array[Length];

    [Fact]
    public void A_selection_holds_exactly_the_coordinates_of_its_ranges() =>
        Ranges.Sample(ranges =>
        {
            var twin = new bool[Length];
            foreach (ParameterRange range in ranges)
            {
                Array.Fill(twin, true, range.Start, range.Length);
            }

            var selection = ParameterSelection.Create(Length, ranges);
            Assert.Equal(twin, Twin(selection));
            Assert.Equal(twin, Enumerable.Range(0, Length).Select(selection.Contains));
            Assert.Equal(twin.Count(selected => selected), selection.Count);
            Assert.Equal(twin.All(selected => selected), selection.IsFull);
        });

    [Fact]
    public void Ranges_are_ascending_not_empty_and_do_not_touch() =>
        Selections.Sample(selection =>
        {
            int end = -1;
            foreach (ParameterRange range in selection.Ranges)
            {
                Assert.True(range.Start > end && range.Length > 0);
                end = range.End;
            }

            Assert.True(end <= Length);
        });

    [Fact]
    public void Coordinates_outside_the_vector_are_not_selected()
    {
        var full = ParameterSelection.Create(Length, [new(0, Length)]);
        Assert.All([-1, Length, int.MinValue, int.MaxValue], coordinate => Assert.False(full.Contains(coordinate)));
    }

    [Fact]
    public void A_union_selects_what_either_selects() =>
        Gen.Select(Selections, Selections).Sample((a, b) =>
        {
            Assert.Equal(Twin(a).Zip(Twin(b), (x, y) => x | y), Twin(a.Union(b)));
            Assert.Equal(a.Union(b), b.Union(a));
            Assert.Same(a, a.Union(a));
        });

    [Fact]
    public void A_difference_selects_what_only_the_first_selects() =>
        Gen.Select(Selections, Selections).Sample((a, b) =>
        {
            Assert.Equal(Twin(a).Zip(Twin(b), (x, y) => x && !y), Twin(a.Except(b)));
            Assert.Equal(a, a.Except(b).Union(a));
            Assert.Same(a, a.Except(b.Except(a)));
        });

    [Fact]
    public void Gathering_packs_the_selected_coordinates_in_ascending_order() =>
        Gen.Select(Selections, Vectors).Sample((selection, dense) =>
        {
            var packed = new float[selection.Count];
            selection.Gather(dense, packed);
            Assert.Equal(dense.Where((_, j) => selection.Contains(j)), packed);
        });

    [Fact]
    public void Scattering_what_was_gathered_gives_it_back_and_leaves_the_rest() =>
        Gen.Select(Selections, Vectors, Vectors).Sample((selection, source, target) =>
        {
            float[] before = [.. target];
            var packed = new float[selection.Count];
            selection.Gather(source, packed);
            selection.Scatter(packed, target);
            Assert.Equal(Enumerable.Range(0, Length).Select(j => selection.Contains(j) ? source[j] : before[j]), target);
        });

    [Fact]
    public void Copying_is_gathering_and_scattering() =>
        Gen.Select(Selections, Vectors, Vectors).Sample((selection, source, target) =>
        {
            float[] expected = [.. Enumerable.Range(0, Length).Select(j => selection.Contains(j) ? source[j] : target[j])];
            selection.Copy(source, target);
            Assert.Equal(expected, target);
        });

    [Fact]
    public void Adding_scaled_values_moves_the_selected_coordinates_only() =>
        Gen.Select(Selections, Vectors, Vectors, Gen.Float[-2, 2]).Sample((selection, values, dense, scale) =>
        {
            float[] packed = values[..selection.Count];
            float[] expected = [.. dense];
            for (int j = 0, i = 0; j < Length; j++)
            {
                if (selection.Contains(j))
                {
                    expected[j] = (packed[i++] * scale) + expected[j];
                }
            }

            selection.AddScaled(packed, scale, dense);
            Assert.Equal(expected, dense);
        });

    [Fact]
    public void What_follows_the_packed_values_is_ignored()
    {
        var selection = ParameterSelection.Create(4, [new(1, 2)]);
        float[] dense = [1, 2, 3, 4], packed = [7, 8, 9];
        selection.Scatter(packed, dense);
        Assert.Equal([1, 7, 8, 4], dense);
        selection.Gather([1, 2, 3, 4], packed);
        Assert.Equal([2, 3, 9], packed);
    }

    [Fact]
    public void Selections_of_the_same_coordinates_are_equal() =>
        Gen.Select(Ranges, Gen.Int[0, int.MaxValue]).Sample((ranges, seed) =>
        {
            var selection = ParameterSelection.Create(Length, ranges);
            new Random(seed).Shuffle(ranges);
            var other = ParameterSelection.Create(Length, ranges.SelectMany(r => Enumerable.Range(r.Start, r.Length)).Select(j => new ParameterRange(j, 1)));
            Assert.Equal(selection, other);
            Assert.True(selection.Equals((object)other));
            Assert.Equal(selection.GetHashCode(), other.GetHashCode());
        });

    [Fact]
    public void Selections_of_other_coordinates_or_vectors_differ()
    {
        Gen.Select(Selections, Selections).Sample((a, b) => Assert.Equal(Twin(a).SequenceEqual(Twin(b)), a.Equals(b)));
        Assert.NotEqual(ParameterSelection.Create(4, [new(0, 2)]), ParameterSelection.Create(5, [new(0, 2)]));
        Assert.False(ParameterSelection.Create(4, []).Equals(null));
    }

    [Fact]
    public void All_blocks_are_everything()
    {
        var layout = ParameterLayout.Create(("a", [2, 3]), ("b", [4]), ("c", []));
        Assert.Equal(ParameterSelection.Full(layout), ParameterSelection.OfBlocks(layout, "c", "a", "b"));
        Assert.Equal([new ParameterRange(0, 6), new(10, 1)], ParameterSelection.OfBlocks(layout, "c", "a", "c").Ranges.AsEnumerable());
        Assert.Equal(0, ParameterSelection.OfBlocks(layout).Count);
        Assert.Throws<KeyNotFoundException>(() => ParameterSelection.OfBlocks(layout, "a", "d"));
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0, -1)]
    [InlineData(0, 6)]
    [InlineData(5, 1)]
    [InlineData(6, 0)]
    [InlineData(1, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(int.MinValue, 3)]
    public void A_range_outside_the_vector_is_refused_with_its_numbers(int start, int length)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => ParameterSelection.Create(5, [new(0, 1), new(start, length)]));
        Assert.Contains($"start {start} and length {length}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void A_vector_without_coordinates_is_refused(int parameterCount) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ParameterSelection.Create(parameterCount, []));

    [Fact]
    public void Vectors_of_the_wrong_length_are_refused_before_anything_is_written()
    {
        var selection = ParameterSelection.Create(4, [new(0, 1), new(2, 2)]);
        float[] dense = [1, 2, 3, 4];
        Assert.Throws<ArgumentException>(() => selection.Gather(new float[5], new float[3]));
        Assert.Throws<ArgumentException>(() => selection.Gather(dense, new float[2]));
        Assert.Throws<ArgumentException>(() => selection.Scatter(new float[3], new float[3]));
        Assert.Throws<ArgumentException>(() => selection.Scatter(new float[2], dense));
        Assert.Throws<ArgumentException>(() => selection.AddScaled(new float[2], 1, dense));
        Assert.Throws<ArgumentException>(() => selection.Copy(new float[3], dense));
        Assert.Throws<ArgumentException>(() => selection.Copy(new float[4], new float[5]));
        Assert.Throws<ArgumentException>(() => selection.Union(ParameterSelection.Create(5, [])));
        Assert.Throws<ArgumentException>(() => selection.Except(ParameterSelection.Create(5, [])));
        Assert.Equal([1, 2, 3, 4], dense);
    }

    private static bool[] Twin(ParameterSelection selection)
    {
        var twin = new bool[selection.ParameterCount];
        foreach (ParameterRange range in selection.Ranges)
        {
            Array.Fill(twin, true, range.Start, range.Length);
        }

        return twin;
    }
}
