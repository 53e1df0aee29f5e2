using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.TinyEngine;

/// <summary>Represents matrices in 8 bits with one scale per column, which is an output channel; vectors stay float32.</summary>
internal sealed class FrozenInt8 : FrozenParameters
{
    private readonly ParameterBlock[] _blocks;
    private readonly sbyte[]?[] _codes;
    private readonly float[][] _scales;

    public FrozenInt8(ParameterLayout layout, ReadOnlySpan<float> parameters)
        : base(parameters.Length)
    {
        _blocks = [.. layout.Blocks];
        _codes = new sbyte[]?[_blocks.Length];
        _scales = new float[_blocks.Length][];
        for (int b = 0; b < _blocks.Length; b++)
        {
            ReadOnlySpan<float> values = parameters.Slice(_blocks[b].Range.Start, _blocks[b].Range.Length);
            if (values.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                throw new ArgumentException($"Block '{_blocks[b].Name}' has a value that is not finite, which int8 cannot represent. Use another format, or parameters that have not diverged.", nameof(parameters));
            }

            if (_blocks[b].Shape.Length < 2)
            {
                _scales[b] = values.ToArray();
                continue;
            }

            (_codes[b], _scales[b]) = Quantize(values, _blocks[b].Shape[^1]);
        }
    }

    public override long Bytes => _codes.Sum(c => (long)(c?.Length ?? 0)) + _scales.Sum(s => sizeof(float) * (long)s.Length);

    private protected override void Read(int start, Span<float> destination)
    {
        int b = BlockAt(start);
        while (destination.Length > 0)
        {
            int at = start - _blocks[b].Range.Start;
            int count = Math.Min(destination.Length, _blocks[b].Range.Length - at);
            Decode(b, at, destination[..count]);
            destination = destination[count..];
            start += count;
            b++;
        }
    }

    private static (sbyte[] Codes, float[] Scales) Quantize(ReadOnlySpan<float> values, int columns)
    {
        float[] scales = new float[columns];
        for (int row = 0; row < values.Length; row += columns)
        {
            TensorPrimitives.MaxMagnitude(scales, values.Slice(row, columns), scales);
        }

        TensorPrimitives.Abs(scales, scales);
        TensorPrimitives.Divide(scales, 127, scales);
        sbyte[] codes = new sbyte[values.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            float scale = scales[i % columns];
            codes[i] = scale > 0 ? (sbyte)Math.Clamp(MathF.Round(values[i] / scale), -127, 127) : (sbyte)0;
        }

        return (codes, scales);
    }

    private void Decode(int block, int at, Span<float> destination)
    {
        if (_codes[block] is not { } codes)
        {
            _scales[block].AsSpan(at, destination.Length).CopyTo(destination);
            return;
        }

        float[] scales = _scales[block];
        for (int column = at % scales.Length; destination.Length > 0; column = 0)
        {
            int count = Math.Min(destination.Length, scales.Length - column);
            Scale(codes.AsSpan(at, count), scales.AsSpan(column, count), destination[..count]);
            destination = destination[count..];
            at += count;
        }
    }

    /// <summary>Multiplies codes by scales. The conversion of a code is exact, so the bits do not depend on the width of the vectors.</summary>
    private static void Scale(ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, Span<float> destination)
    {
        int i = 0;
        for (; i <= codes.Length - sizeof(ulong); i += sizeof(ulong))
        {
            ulong eight = MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(codes[i..]));
            (Vector128<int> low, Vector128<int> high) = Vector128.Widen(Vector128.WidenLower(Vector128.CreateScalar(eight).AsSByte()));
            (Vector128.ConvertToSingle(low) * Vector128.Create(scales[i..])).CopyTo(destination[i..]);
            (Vector128.ConvertToSingle(high) * Vector128.Create(scales[(i + Vector128<float>.Count)..])).CopyTo(destination[(i + Vector128<float>.Count)..]);
        }

        for (; i < codes.Length; i++)
        {
            destination[i] = codes[i] * scales[i];
        }
    }

    private int BlockAt(int coordinate)
    {
        int low = 0, high = _blocks.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _blocks[middle].Range.Start <= coordinate ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
