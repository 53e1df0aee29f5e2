using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.Numerics;

/// <content>
/// The kernels at each vector width convert four vectors of float32 to one vector of bytes and back. Each processes whole vectors of bytes and returns the
/// number of values. Every operation is exact or rounded as in the scalar implementation, so the bits are the same.
/// </content>
internal static partial class Int8Kernel
{
    internal static int Quantize512(ReadOnlySpan<float> values, float scale, uint index, CounterHash hash, Span<byte> destination)
    {
        const int Lanes = 16;
        int whole = values.Length & -(4 * Lanes);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(destination[..whole]);
        Vector512<float> scales = Vector512.Create(scale);
        Vector512<uint> indices = Vector512.CreateSequence(index, 1u);
        for (int i = 0; i < whole; i += 4 * Lanes)
        {
            ref float at = ref Unsafe.Add(ref source, i);
            Vector512<int> a = Round(Vector512.LoadUnsafe(ref at), scales, indices, hash);
            Vector512<int> b = Round(Vector512.LoadUnsafe(ref at, Lanes), scales, indices + Vector512.Create(1u * Lanes), hash);
            Vector512<int> c = Round(Vector512.LoadUnsafe(ref at, 2 * Lanes), scales, indices + Vector512.Create(2u * Lanes), hash);
            Vector512<int> d = Round(Vector512.LoadUnsafe(ref at, 3 * Lanes), scales, indices + Vector512.Create(3u * Lanes), hash);
            Vector512.Narrow(Vector512.Narrow(a, b), Vector512.Narrow(c, d)).AsByte().StoreUnsafe(ref target, (nuint)i);
            indices += Vector512.Create(4u * Lanes);
        }

        return whole;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> Round(Vector512<float> value, Vector512<float> scales, Vector512<uint> indices, CounterHash hash)
        {
            Vector512<float> ratio = Vector512.ClampNative(value / scales, Vector512.Create(-Largest), Vector512.Create(Largest));
            Vector512<float> floor = Vector512.Floor(ratio);
            Vector512<float> u = Vector512.ConvertToSingle((hash.Get(indices) >> 8).AsInt32()) * UnitOf24Bits;
            // A true comparison is -1 as an integer.
            return Vector512.ConvertToInt32Native(floor) - Vector512.LessThan(u, ratio - floor).AsInt32();
        }
    }

    internal static int Quantize256(ReadOnlySpan<float> values, float scale, uint index, CounterHash hash, Span<byte> destination)
    {
        const int Lanes = 8;
        int whole = values.Length & -(4 * Lanes);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(destination[..whole]);
        Vector256<float> scales = Vector256.Create(scale);
        Vector256<uint> indices = Vector256.CreateSequence(index, 1u);
        for (int i = 0; i < whole; i += 4 * Lanes)
        {
            ref float at = ref Unsafe.Add(ref source, i);
            Vector256<int> a = Round(Vector256.LoadUnsafe(ref at), scales, indices, hash);
            Vector256<int> b = Round(Vector256.LoadUnsafe(ref at, Lanes), scales, indices + Vector256.Create(1u * Lanes), hash);
            Vector256<int> c = Round(Vector256.LoadUnsafe(ref at, 2 * Lanes), scales, indices + Vector256.Create(2u * Lanes), hash);
            Vector256<int> d = Round(Vector256.LoadUnsafe(ref at, 3 * Lanes), scales, indices + Vector256.Create(3u * Lanes), hash);
            Vector256.Narrow(Vector256.Narrow(a, b), Vector256.Narrow(c, d)).AsByte().StoreUnsafe(ref target, (nuint)i);
            indices += Vector256.Create(4u * Lanes);
        }

        return whole;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<int> Round(Vector256<float> value, Vector256<float> scales, Vector256<uint> indices, CounterHash hash)
        {
            Vector256<float> ratio = Vector256.ClampNative(value / scales, Vector256.Create(-Largest), Vector256.Create(Largest));
            Vector256<float> floor = Vector256.Floor(ratio);
            Vector256<float> u = Vector256.ConvertToSingle((hash.Get(indices) >> 8).AsInt32()) * UnitOf24Bits;
            // A true comparison is -1 as an integer.
            return Vector256.ConvertToInt32Native(floor) - Vector256.LessThan(u, ratio - floor).AsInt32();
        }
    }

    internal static int Quantize128(ReadOnlySpan<float> values, float scale, uint index, CounterHash hash, Span<byte> destination)
    {
        const int Lanes = 4;
        int whole = values.Length & -(4 * Lanes);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(destination[..whole]);
        Vector128<float> scales = Vector128.Create(scale);
        Vector128<uint> indices = Vector128.CreateSequence(index, 1u);
        for (int i = 0; i < whole; i += 4 * Lanes)
        {
            ref float at = ref Unsafe.Add(ref source, i);
            Vector128<int> a = Round(Vector128.LoadUnsafe(ref at), scales, indices, hash);
            Vector128<int> b = Round(Vector128.LoadUnsafe(ref at, Lanes), scales, indices + Vector128.Create(1u * Lanes), hash);
            Vector128<int> c = Round(Vector128.LoadUnsafe(ref at, 2 * Lanes), scales, indices + Vector128.Create(2u * Lanes), hash);
            Vector128<int> d = Round(Vector128.LoadUnsafe(ref at, 3 * Lanes), scales, indices + Vector128.Create(3u * Lanes), hash);
            Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d)).AsByte().StoreUnsafe(ref target, (nuint)i);
            indices += Vector128.Create(4u * Lanes);
        }

        return whole;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector128<int> Round(Vector128<float> value, Vector128<float> scales, Vector128<uint> indices, CounterHash hash)
        {
            Vector128<float> ratio = Vector128.ClampNative(value / scales, Vector128.Create(-Largest), Vector128.Create(Largest));
            Vector128<float> floor = Vector128.Floor(ratio);
            Vector128<float> u = Vector128.ConvertToSingle((hash.Get(indices) >> 8).AsInt32()) * UnitOf24Bits;
            // A true comparison is -1 as an integer.
            return Vector128.ConvertToInt32Native(floor) - Vector128.LessThan(u, ratio - floor).AsInt32();
        }
    }

    internal static int Restore512(ReadOnlySpan<byte> source, float scale, Span<float> values)
    {
        const int Lanes = 16;
        int whole = values.Length & -(4 * Lanes);
        ref byte from = ref MemoryMarshal.GetReference(source[..whole]);
        ref float to = ref MemoryMarshal.GetReference(values);
        for (int i = 0; i < whole; i += 4 * Lanes)
        {
            (Vector512<short> low, Vector512<short> high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)i).AsSByte());
            (Vector512<int> a, Vector512<int> b) = Vector512.Widen(low);
            (Vector512<int> c, Vector512<int> d) = Vector512.Widen(high);
            ref float at = ref Unsafe.Add(ref to, i);
            (Vector512.ConvertToSingle(a) * scale).StoreUnsafe(ref at);
            (Vector512.ConvertToSingle(b) * scale).StoreUnsafe(ref at, Lanes);
            (Vector512.ConvertToSingle(c) * scale).StoreUnsafe(ref at, 2 * Lanes);
            (Vector512.ConvertToSingle(d) * scale).StoreUnsafe(ref at, 3 * Lanes);
        }

        return whole;
    }

    internal static int Restore256(ReadOnlySpan<byte> source, float scale, Span<float> values)
    {
        const int Lanes = 8;
        int whole = values.Length & -(4 * Lanes);
        ref byte from = ref MemoryMarshal.GetReference(source[..whole]);
        ref float to = ref MemoryMarshal.GetReference(values);
        for (int i = 0; i < whole; i += 4 * Lanes)
        {
            (Vector256<short> low, Vector256<short> high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)i).AsSByte());
            (Vector256<int> a, Vector256<int> b) = Vector256.Widen(low);
            (Vector256<int> c, Vector256<int> d) = Vector256.Widen(high);
            ref float at = ref Unsafe.Add(ref to, i);
            (Vector256.ConvertToSingle(a) * scale).StoreUnsafe(ref at);
            (Vector256.ConvertToSingle(b) * scale).StoreUnsafe(ref at, Lanes);
            (Vector256.ConvertToSingle(c) * scale).StoreUnsafe(ref at, 2 * Lanes);
            (Vector256.ConvertToSingle(d) * scale).StoreUnsafe(ref at, 3 * Lanes);
        }

        return whole;
    }

    internal static int Restore128(ReadOnlySpan<byte> source, float scale, Span<float> values)
    {
        const int Lanes = 4;
        int whole = values.Length & -(4 * Lanes);
        ref byte from = ref MemoryMarshal.GetReference(source[..whole]);
        ref float to = ref MemoryMarshal.GetReference(values);
        for (int i = 0; i < whole; i += 4 * Lanes)
        {
            (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, (nuint)i).AsSByte());
            (Vector128<int> a, Vector128<int> b) = Vector128.Widen(low);
            (Vector128<int> c, Vector128<int> d) = Vector128.Widen(high);
            ref float at = ref Unsafe.Add(ref to, i);
            (Vector128.ConvertToSingle(a) * scale).StoreUnsafe(ref at);
            (Vector128.ConvertToSingle(b) * scale).StoreUnsafe(ref at, Lanes);
            (Vector128.ConvertToSingle(c) * scale).StoreUnsafe(ref at, 2 * Lanes);
            (Vector128.ConvertToSingle(d) * scale).StoreUnsafe(ref at, 3 * Lanes);
        }

        return whole;
    }
}
