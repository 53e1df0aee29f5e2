using CsCheck;
using Ftte.Wire;

namespace Ftte.Tests.Wire;

/// <summary>Packing through a buffer that is smaller than a range, against packing at once.</summary>
public class RangeCursorTests
{
    private const int Length = 41;

    private static readonly Gen<ParameterSelection> Selections =
        Gen.Select(Gen.Int[0, Length], Gen.Int[0, 20], (start, length) => new ParameterRange(start, Math.Min(length, Length - start))).Array[0, 6]
            .Select(ranges => ParameterSelection.Create(Length, ranges));

    [Fact]
    public void Pieces_of_any_size_gather_the_values_of_the_selection_in_order() =>
        Gen.Select(Selections, Gen.Int[1, 12]).Sample((selection, size) =>
        {
            float[] dense = [.. Enumerable.Range(1, Length).Select(i => (float)i)], expected = new float[selection.Count], actual = new float[selection.Count];
            selection.Gather(dense, expected);
            var cursor = new RangeCursor(selection);
            for (int done = 0; done < actual.Length; done += size)
            {
                cursor.Gather(dense, actual.AsSpan(done, Math.Min(size, actual.Length - done)));
            }

            Assert.Equal(expected, actual);
        });

    [Fact]
    public void Pieces_of_any_size_scatter_to_the_coordinates_of_the_selection_and_no_others() =>
        Gen.Select(Selections, Gen.Int[1, 12]).Sample((selection, size) =>
        {
            float[] packed = [.. Enumerable.Range(1, selection.Count).Select(i => (float)i)], expected = new float[Length], actual = new float[Length];
            selection.Scatter(packed, expected);
            var cursor = new RangeCursor(selection);
            foreach (float[] piece in packed.Chunk(size))
            {
                cursor.Scatter(piece, actual);
            }

            Assert.Equal(expected, actual);
        });
}
