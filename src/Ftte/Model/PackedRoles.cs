using System.Collections.Immutable;

namespace Ftte;

/// <summary>Divides the packed vector of one selection into pieces of contiguous coordinates with the same role.</summary>
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

    /// <summary>Gets the pieces in ascending order; together they cover the whole vector.</summary>
    public ImmutableArray<Piece> Pieces { get; }

    /// <summary>Gets the number of coordinates.</summary>
    public int Count { get; }

    /// <summary>Gets the number of coordinates that are statistics.</summary>
    public int StatisticCount { get; }

    /// <summary>Gets the number of trainable coordinates.</summary>
    public int TrainableCount => Count - StatisticCount;

    /// <summary>Computes the moments of either the trainable coordinates or the statistics of a packed vector.</summary>
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

    /// <summary>Represents a contiguous run of coordinates with the same role.</summary>
    /// <param name="Start">The index of the first coordinate in the packed vector.</param>
    /// <param name="Coordinate">The index of the first coordinate in the dense vector.</param>
    /// <param name="Length">The number of coordinates.</param>
    /// <param name="Role">The role of the coordinates.</param>
    internal readonly record struct Piece(int Start, int Coordinate, int Length, ParameterRole Role)
    {
        public bool IsStatistic => Role != ParameterRole.Trainable;
    }
}
