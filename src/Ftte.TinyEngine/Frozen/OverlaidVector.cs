namespace Ftte.TinyEngine;

/// <summary>Represents a vector of which some ranges are replaced by packed values. The caller keeps both alive and pinned.</summary>
/// <remarks>Every block is read in place, so the ranges must not contain a part of a block.</remarks>
/// <param name="values">The flat vector.</param>
/// <param name="replaced">The coordinates that are replaced.</param>
/// <param name="packed">The values of the replaced coordinates.</param>
internal sealed unsafe class OverlaidVector(float* values, ParameterSelection replaced, float* packed) : FrozenParameters(replaced.ParameterCount)
{
    public override long Bytes => sizeof(float) * (long)Count;

    internal override bool IsReadInPlace => true;

    internal override float* PointerTo(int start)
    {
        float* found = packed;
        foreach (ParameterRange range in replaced.Ranges)
        {
            if (start >= range.Start && start < range.End)
            {
                return found + (start - range.Start);
            }

            found += range.Length;
        }

        return values + start;
    }

    private protected override void Read(int start, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = *PointerTo(start + i);
        }
    }
}
