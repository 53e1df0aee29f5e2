using System.Collections.Immutable;

namespace Ftte.Wire;

/// <summary>Iterates over a selection piece by piece, so that a model can be packed and unpacked through a small buffer.</summary>
internal struct RangeCursor(ParameterSelection selection)
{
    private readonly ImmutableArray<ParameterRange> _ranges = selection.Ranges;
    private int _range;
    private int _taken;

    /// <summary>Packs the next coordinates, as many as <paramref name="packed"/> has values.</summary>
    public void Gather(ReadOnlySpan<float> dense, Span<float> packed)
    {
        while (!packed.IsEmpty)
        {
            ParameterRange piece = Next(packed.Length);
            dense.Slice(piece.Start, piece.Length).CopyTo(packed);
            packed = packed[piece.Length..];
        }
    }

    /// <summary>Writes packed values to the next coordinates.</summary>
    public void Scatter(ReadOnlySpan<float> packed, Span<float> dense)
    {
        while (!packed.IsEmpty)
        {
            ParameterRange piece = Next(packed.Length);
            packed[..piece.Length].CopyTo(dense[piece.Start..]);
            packed = packed[piece.Length..];
        }
    }

    /// <summary>Skips coordinates.</summary>
    public void Skip(int count)
    {
        while (count > 0)
        {
            count -= Next(count).Length;
        }
    }

    private ParameterRange Next(int maxLength)
    {
        ParameterRange range = _ranges[_range];
        var piece = new ParameterRange(range.Start + _taken, Math.Min(maxLength, range.Length - _taken));
        _taken += piece.Length;
        if (_taken == range.Length)
        {
            (_range, _taken) = (_range + 1, 0);
        }

        return piece;
    }
}
