using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.Numerics;

/// <summary>Converts between float32 and bfloat16, the upper half of a float32, stored little-endian.</summary>
/// <remarks>
/// Rounds to nearest, ties to even: half a unit, minus one if the kept half is even, is added to the bits. A value that exceeds the maximum
/// bfloat16 by half a unit becomes infinite. NaN keeps its sign and upper bits and is made quiet, so that it cannot become infinity.
/// </remarks>
internal static class BFloat16Kernel
{
    private const uint Quiet = 0x40;

    /// <summary>Encodes <paramref name="values"/> into two bytes each.</summary>
    public static void Encode(ReadOnlySpan<float> values, Span<byte> destination)
    {
        int done = !BitConverter.IsLittleEndian ? 0
            : Vector512.IsHardwareAccelerated ? Encode512(values, destination)
            : Vector256.IsHardwareAccelerated ? Encode256(values, destination)
            : Vector128.IsHardwareAccelerated ? Encode128(values, destination)
            : 0;
        EncodeScalar(values[done..], destination[(done * sizeof(ushort))..]);
    }

    /// <summary>Decodes as many values as <paramref name="values"/> has.</summary>
    public static void Decode(ReadOnlySpan<byte> source, Span<float> values)
    {
        int done = !BitConverter.IsLittleEndian ? 0
            : Vector512.IsHardwareAccelerated ? Decode512(source, values)
            : Vector256.IsHardwareAccelerated ? Decode256(source, values)
            : Vector128.IsHardwareAccelerated ? Decode128(source, values)
            : 0;
        DecodeScalar(source[(done * sizeof(ushort))..], values[done..]);
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void EncodeScalar(ReadOnlySpan<float> values, Span<byte> destination)
    {
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(i * sizeof(ushort))..], BFloat16Converter.Round(values[i]));
        }
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void DecodeScalar(ReadOnlySpan<byte> source, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BFloat16Converter.Expand(BinaryPrimitives.ReadUInt16LittleEndian(source[(i * sizeof(ushort))..]));
        }
    }

    /// <summary>Encodes whole vectors and returns the number of encoded values, like the variants for other widths.</summary>
    internal static int Encode512(ReadOnlySpan<float> values, Span<byte> destination)
    {
        int whole = values.Length & -(2 * Vector512<float>.Count);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(destination[..(whole * sizeof(ushort))]);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)(2 * Vector512<float>.Count))
        {
            Vector512<uint> low = Round(Vector512.LoadUnsafe(ref source, i));
            Vector512<uint> high = Round(Vector512.LoadUnsafe(ref source, i + (nuint)Vector512<float>.Count));
            Vector512.Narrow(low, high).AsByte().StoreUnsafe(ref target, i * sizeof(ushort));
        }

        return whole;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<uint> Round(Vector512<float> value)
        {
            Vector512<uint> bits = value.AsUInt32(), upper = bits >> 16;
            Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + (upper & Vector512<uint>.One)) >> 16;
            return Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), rounded, upper | Vector512.Create(Quiet));
        }
    }

    internal static int Encode256(ReadOnlySpan<float> values, Span<byte> destination)
    {
        int whole = values.Length & -(2 * Vector256<float>.Count);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(destination[..(whole * sizeof(ushort))]);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)(2 * Vector256<float>.Count))
        {
            Vector256<uint> low = Round(Vector256.LoadUnsafe(ref source, i));
            Vector256<uint> high = Round(Vector256.LoadUnsafe(ref source, i + (nuint)Vector256<float>.Count));
            Vector256.Narrow(low, high).AsByte().StoreUnsafe(ref target, i * sizeof(ushort));
        }

        return whole;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<uint> Round(Vector256<float> value)
        {
            Vector256<uint> bits = value.AsUInt32(), upper = bits >> 16;
            Vector256<uint> rounded = (bits + Vector256.Create(0x7FFFu) + (upper & Vector256<uint>.One)) >> 16;
            return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), rounded, upper | Vector256.Create(Quiet));
        }
    }

    internal static int Encode128(ReadOnlySpan<float> values, Span<byte> destination)
    {
        int whole = values.Length & -(2 * Vector128<float>.Count);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(destination[..(whole * sizeof(ushort))]);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)(2 * Vector128<float>.Count))
        {
            Vector128<uint> low = Round(Vector128.LoadUnsafe(ref source, i));
            Vector128<uint> high = Round(Vector128.LoadUnsafe(ref source, i + (nuint)Vector128<float>.Count));
            Vector128.Narrow(low, high).AsByte().StoreUnsafe(ref target, i * sizeof(ushort));
        }

        return whole;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector128<uint> Round(Vector128<float> value)
        {
            Vector128<uint> bits = value.AsUInt32(), upper = bits >> 16;
            Vector128<uint> rounded = (bits + Vector128.Create(0x7FFFu) + (upper & Vector128<uint>.One)) >> 16;
            return Vector128.ConditionalSelect(Vector128.Equals(value, value).AsUInt32(), rounded, upper | Vector128.Create(Quiet));
        }
    }

    /// <summary>Decodes whole vectors and returns the number of decoded values, like the variants for other widths.</summary>
    internal static int Decode512(ReadOnlySpan<byte> source, Span<float> values)
    {
        int whole = values.Length & -(2 * Vector512<float>.Count);
        ref byte from = ref MemoryMarshal.GetReference(source[..(whole * sizeof(ushort))]);
        ref float to = ref MemoryMarshal.GetReference(values);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)(2 * Vector512<float>.Count))
        {
            (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, i * sizeof(ushort)).AsUInt16());
            (low << 16).AsSingle().StoreUnsafe(ref to, i);
            (high << 16).AsSingle().StoreUnsafe(ref to, i + (nuint)Vector512<float>.Count);
        }

        return whole;
    }

    internal static int Decode256(ReadOnlySpan<byte> source, Span<float> values)
    {
        int whole = values.Length & -(2 * Vector256<float>.Count);
        ref byte from = ref MemoryMarshal.GetReference(source[..(whole * sizeof(ushort))]);
        ref float to = ref MemoryMarshal.GetReference(values);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)(2 * Vector256<float>.Count))
        {
            (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, i * sizeof(ushort)).AsUInt16());
            (low << 16).AsSingle().StoreUnsafe(ref to, i);
            (high << 16).AsSingle().StoreUnsafe(ref to, i + (nuint)Vector256<float>.Count);
        }

        return whole;
    }

    internal static int Decode128(ReadOnlySpan<byte> source, Span<float> values)
    {
        int whole = values.Length & -(2 * Vector128<float>.Count);
        ref byte from = ref MemoryMarshal.GetReference(source[..(whole * sizeof(ushort))]);
        ref float to = ref MemoryMarshal.GetReference(values);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)(2 * Vector128<float>.Count))
        {
            (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, i * sizeof(ushort)).AsUInt16());
            (low << 16).AsSingle().StoreUnsafe(ref to, i);
            (high << 16).AsSingle().StoreUnsafe(ref to, i + (nuint)Vector128<float>.Count);
        }

        return whole;
    }
}
