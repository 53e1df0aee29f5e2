using System.Numerics;

namespace Ftte.TinyEngine;

/// <summary>Represents values rounded to bfloat16, the upper 16 bits of a float32, to nearest, ties to even.</summary>
internal sealed class FrozenBFloat16 : FrozenParameters
{
    private const int HalfBits = 16;

    private readonly ushort[] _values;

    public FrozenBFloat16(ReadOnlySpan<float> parameters)
        : base(parameters.Length)
    {
        _values = new ushort[parameters.Length];
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = BFloat16Converter.Round(parameters[i]);
        }
    }

    public override long Bytes => sizeof(ushort) * (long)Count;

    private protected override void Read(int start, Span<float> destination)
    {
        ReadOnlySpan<ushort> source = _values.AsSpan(start, destination.Length);
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            Vector.AsVectorSingle(low << HalfBits).CopyTo(destination[i..]);
            Vector.AsVectorSingle(high << HalfBits).CopyTo(destination[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = BFloat16Converter.Expand(source[i]);
        }
    }
}
