using System.Runtime.InteropServices;

namespace Ftte.TinyEngine;

/// <summary>Stores features in native memory, which can be larger than an array.</summary>
internal sealed unsafe class MemoryFeatureStore : FeatureStore
{
    private byte* _memory;
    private long _length;

    ~MemoryFeatureStore() => Free();

    internal override bool IsMemory => true;

    internal override void Resize(long length)
    {
        if (length == _length)
        {
            return;
        }

        if (_memory is null)
        {
            // The system does not commit pages that are never written.
            _memory = (byte*)NativeMemory.AllocZeroed((nuint)length);
        }
        else
        {
            _memory = (byte*)NativeMemory.Realloc(_memory, (nuint)length);
            Clear(from: _length, length);
        }

        _length = length;
    }

    internal override bool TryRead(long offset, Span<byte> bytes)
    {
        bool isThere = offset <= _length - bytes.Length;
        if (isThere)
        {
            new ReadOnlySpan<byte>(_memory + offset, bytes.Length).CopyTo(bytes);
        }

        return isThere;
    }

    internal override bool TryWrite(long offset, ReadOnlySpan<byte> bytes)
    {
        bool hasRoom = offset <= _length - bytes.Length;
        if (hasRoom)
        {
            bytes.CopyTo(new Span<byte>(_memory + offset, bytes.Length));
        }

        return hasRoom;
    }

    internal override void Clear()
    {
        long length = _length;
        Free();
        Resize(length);
    }

    private protected override void Free()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _length = 0;
    }

    private void Clear(long from, long end)
    {
        for (long at = from; at < end; at += Array.MaxLength)
        {
            new Span<byte>(_memory + at, (int)Math.Min(Array.MaxLength, end - at)).Clear();
        }
    }
}
