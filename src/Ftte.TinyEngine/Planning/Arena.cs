using System.Runtime.InteropServices;

namespace Ftte.TinyEngine;

/// <summary>The one allocation that a plan's tensors live in: native, so that it starts on a cache line and is given back when disposed.</summary>
internal sealed unsafe class Arena : IDisposable
{
    private byte* _memory;

    public Arena(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Tensor.Alignment);
    }

    ~Arena() => Free();

    public long Bytes { get; }

    /// <summary>Gets the first values of a tensor.</summary>
    public Span<float> Floats(Tensor tensor, int count) => new(At(tensor, sizeof(float) * (long)count), count);

    /// <summary>Gets the first values of a tensor.</summary>
    public Span<int> Integers(Tensor tensor, int count) => new(At(tensor, sizeof(int) * (long)count), count);

    /// <summary>Gets the first bytes of a tensor.</summary>
    public Span<byte> Bits(Tensor tensor, int count) => new(At(tensor, count), count);

    /// <summary>Gets the smallest stretch of the arena that holds two tensors, as values.</summary>
    public Span<float> FloatsOf(Tensor first, Tensor second, out int firstOffset, out int secondOffset)
    {
        long start = Math.Min(first.Offset, second.Offset);
        long end = Math.Max(first.Offset + first.Bytes, second.Offset + second.Bytes);
        firstOffset = (int)((first.Offset - start) / sizeof(float));
        secondOffset = (int)((second.Offset - start) / sizeof(float));
        return new Span<float>(Check(start, end - start), (int)((end - start) / sizeof(float)));
    }

    /// <summary>Gets the whole arena, for tests that watch who writes where.</summary>
    public Span<byte> Everything() => new(Check(0, Bytes), checked((int)Bytes));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private byte* At(Tensor tensor, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, tensor.Bytes);
        return Check(tensor.Offset, tensor.Bytes);
    }

    private byte* Check(long offset, long bytes)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + bytes, Bytes);
        return _memory + offset;
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
