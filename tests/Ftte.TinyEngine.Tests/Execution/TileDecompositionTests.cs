using CsCheck;
using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine.Tests.Execution;

public class TileDecompositionTests
{
    [Fact]
    public void Tiles_cover_every_weight_once_and_find_its_value() =>
        (from rows in Gen.Int[1, 9]
         from columns in Gen.Int[1, 9]
         from before in Gen.Int[0, 5]
         let count = before + (rows * columns) + 4
         from ranges in Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, 20], (s, l) => new ParameterRange(s, Math.Min(l, count - s))).Array[0, 6]
         select (rows, columns, before, selection: ParameterSelection.Create(count, ranges)))
        .Sample(
            s =>
            {
                // Received values are their coordinates; trained ones are minus that.
                float[] received = [.. Enumerable.Range(0, s.selection.ParameterCount).Select(i => (float)i)];
                float[] trained = new float[s.selection.Count];
                s.selection.Gather([.. received.Select(v => -v)], trained);
                float?[] seen = new float?[s.rows * s.columns];
                foreach (WeightTile tile in TileDecomposition.Cut(s.selection, new ParameterRange(s.before, s.rows * s.columns), s.columns))
                {
                    ReadOnlySpan<float> values = (tile.IsTrained ? trained : received).AsSpan(tile.Offset, tile.Span);
                    for (int i = 0; i < tile.Rows * tile.Columns; i++)
                    {
                        int at = ((tile.Row + (i / tile.Columns)) * s.columns) + tile.Column + (i % tile.Columns);
                        Assert.Null(seen[at]);
                        seen[at] = values[(i / tile.Columns * tile.Stride) + (i % tile.Columns)];
                    }
                }

                Assert.Equal(
                    Enumerable.Range(s.before, s.rows * s.columns).Select(j => (float?)(s.selection.Contains(j) ? -j : j)),
                    seen);
            },
            iter: 1500);

    [Fact]
    public void A_whole_block_is_one_tile() =>
        Assert.Equal([new WeightTile(0, 5, 0, 4, 0, 4, true)], Cut(new ParameterRange(0, 20)));

    [Fact]
    public void A_frozen_block_is_one_tile() =>
        Assert.Equal([new WeightTile(0, 5, 0, 4, 0, 4, false)], Cut());

    [Fact]
    public void Some_whole_rows_are_one_tile_between_two() =>
        Assert.Equal(
            [new WeightTile(0, 2, 0, 4, 0, 4, false), new WeightTile(2, 1, 0, 4, 0, 4, true), new WeightTile(3, 2, 0, 4, 12, 4, false)],
            Cut(new ParameterRange(8, 4)));

    [Fact]
    public void A_window_of_columns_is_one_tile_beside_two() =>
        Assert.Equal(
            [new WeightTile(0, 5, 0, 1, 0, 4, false), new WeightTile(0, 5, 1, 2, 0, 2, true), new WeightTile(0, 5, 3, 1, 3, 4, false)],
            Cut([.. Enumerable.Range(0, 5).Select(row => new ParameterRange((row * 4) + 1, 2))]));

    private static WeightTile[] Cut(params ParameterRange[] selected) =>
        [.. TileDecomposition.Cut(ParameterSelection.Create(20, selected), new ParameterRange(0, 20), columns: 4)];
}
