namespace Ftte.TinyEngine;

/// <summary>Represents values rounded to bfloat16, the upper 16 bits of a float32, to nearest, ties to even.</summary>
internal sealed class FrozenBFloat16 : FrozenParameters
{
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
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = BFloat16Converter.Expand(source[i]);
        }
    }
}
