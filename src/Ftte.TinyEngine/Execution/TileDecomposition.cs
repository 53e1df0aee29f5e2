using System.Collections.Immutable;

namespace Ftte.TinyEngine.Execution;

/// <summary>Divides a layer's weights into rectangles that are entirely trained or entirely frozen.</summary>
/// <remarks>
/// Trained coordinates are read from and written to the packed vector, in which the rows of a rectangle have a fixed stride; frozen ones are read
/// in place. Therefore no frozen value is copied, and kernels read plain matrices. A whole block is one rectangle, a window of
/// input channels two or three. A selection of scattered coordinates also works, but yields many small rectangles.
/// </remarks>
internal static class TileDecomposition
{
    /// <summary>Determines whether any coordinate of a block is selected.</summary>
    public static bool Selects(ParameterSelection selection, ParameterRange block)
    {
        ReadOnlySpan<ParameterRange> ranges = selection.Ranges.AsSpan();
        int low = 0, high = ranges.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = ranges[middle].End > block.Start ? (low, middle) : (middle + 1, high);
        }

        return low < ranges.Length && ranges[low].Start < block.End;
    }

    /// <summary>Divides a block of rows x columns.</summary>
    public static ImmutableArray<WeightTile> Cut(ParameterSelection selection, ParameterRange block, int columns)
    {
        var pieces = new List<WeightTile>();
        int at = block.Start, packed = 0;
        foreach (ParameterRange range in selection.Ranges)
        {
            int start = Math.Max(range.Start, block.Start), end = Math.Min(range.End, block.End);
            if (start < end)
            {
                AddRows(pieces, at - block.Start, start - at, columns, at, isTrained: false);
                AddRows(pieces, start - block.Start, end - start, columns, packed + (start - range.Start), isTrained: true);
                at = end;
            }

            packed += range.Length;
        }

        AddRows(pieces, at - block.Start, block.End - at, columns, at, isTrained: false);
        return Join(pieces);
    }

    /// <summary>Divides a run of values into the rest of a row, whole rows, and the start of a row.</summary>
    private static void AddRows(List<WeightTile> pieces, int start, int length, int columns, int offset, bool isTrained)
    {
        while (length > 0)
        {
            (int row, int column) = (start / columns, start % columns);
            int rows = column == 0 && length >= columns ? length / columns : 1;
            int width = Math.Min(columns - column, length);
            pieces.Add(new WeightTile(row, rows, column, width, offset, width, isTrained));
            start += rows * width;
            offset += rows * width;
            length -= rows * width;
        }
    }

    /// <summary>Merges tiles with the same columns in adjacent rows if their values have a fixed stride.</summary>
    private static ImmutableArray<WeightTile> Join(List<WeightTile> pieces)
    {
        var tiles = ImmutableArray.CreateBuilder<WeightTile>();
        var open = new Dictionary<(int Column, int Columns, bool IsTrained), int>();
        foreach (WeightTile piece in pieces)
        {
            var key = (piece.Column, piece.Columns, piece.IsTrained);
            if (open.TryGetValue(key, out int index) && TryJoin(tiles[index], piece) is { } joined)
            {
                tiles[index] = joined;
                continue;
            }

            open[key] = tiles.Count;
            tiles.Add(piece);
        }

        return tiles.ToImmutable();
    }

    private static WeightTile? TryJoin(WeightTile above, WeightTile below)
    {
        if (above.Row + above.Rows != below.Row)
        {
            return null;
        }

        int stride = above.Rows > 1 ? above.Stride : below.Offset - above.Offset;
        bool regular = below.Offset == above.Offset + (above.Rows * stride) && (below.Rows == 1 || below.Stride == stride);
        return regular ? above with { Rows = above.Rows + below.Rows, Stride = stride } : null;
    }
}
