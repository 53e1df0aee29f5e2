using System.Collections.Immutable;

namespace Ftte;

/// <summary>The packed vector of one selection, cut so that the coordinates of a piece are contiguous and have one role.</summary>
internal sealed class PackedRoles
{
    public PackedRoles(RoleMap map, ParameterSelection selection)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        int packed = 0;
        foreach (ParameterRange range in selection.Ranges)
        {
            for (int at = range.Start; at < range.End; at += pieces[^1].Length)
            {
                int length = map.RunLength(at, range.End - at, out ParameterRole role);
                pieces.Add(new Piece(packed, at, length, role));
                packed += length;
                StatisticCount += role == ParameterRole.Trainable ? 0 : length;
            }
        }

        Pieces = pieces.DrainToImmutable();
        Count = packed;
    }

    /// <summary>Gets the pieces, ascending; together they are the whole vector.</summary>
    public ImmutableArray<Piece> Pieces { get; }

    /// <summary>Gets the number of coordinates.</summary>
    public int Count { get; }

    /// <summary>Gets the number of coordinates that are statistics.</summary>
    public int StatisticCount { get; }

    /// <summary>Gets the number of coordinates that a gradient reaches.</summary>
    public int TrainableCount => Count - StatisticCount;

    /// <summary>Measures the values of the trainable coordinates, or of the statistics, of a packed vector.</summary>
    public UpdateMoments Measure(ReadOnlySpan<float> packed, bool statistics)
    {
        if (StatisticCount == 0)
        {
            return statistics ? default : UpdateMoments.Measure(packed);
        }

        UpdateMoments moments = default;
        foreach (Piece piece in Pieces)
        {
            if (piece.IsStatistic == statistics)
            {
                moments = moments.Plus(UpdateMoments.Measure(packed.Slice(piece.Start, piece.Length)));
            }
        }

        return moments;
    }

    /// <summary>A run of coordinates with one role.</summary>
    /// <param name="Start">The first one's index in the packed vector.</param>
    /// <param name="Coordinate">The first one's coordinate in the dense vector.</param>
    /// <param name="Length">The number of coordinates.</param>
    /// <param name="Role">Their role.</param>
    internal readonly record struct Piece(int Start, int Coordinate, int Length, ParameterRole Role)
    {
        public bool IsStatistic => Role != ParameterRole.Trainable;
    }
}
