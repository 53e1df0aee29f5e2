using System.Runtime.InteropServices;

namespace Ftte.TinyEngine;

/// <summary>Features in native memory, which may be larger than an array.</summary>
internal sealed unsafe class MemoryFeatureStore : FeatureStore
{
    private byte* _memory;
    private long _length;

    ~MemoryFeatureStore() => NativeMemory.Free(_memory);

    internal override bool IsMemory => true;

    public override void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _length = 0;
        GC.SuppressFinalize(this);
    }

    internal override void Reserve(long length)
    {
        if (length > _length)
        {
            // Pages that are never written are never taken.
            byte* larger = (byte*)NativeMemory.AllocZeroed((nuint)length);
            Buffer.MemoryCopy(_memory, larger, length, _length);
            NativeMemory.Free(_memory);
            _memory = larger;
            _length = length;
        }
    }

    internal override bool TryRead(long offset, Span<byte> bytes)
    {
        bool isThere = offset + bytes.Length <= _length;
        if (isThere)
        {
            new ReadOnlySpan<byte>(_memory + offset, bytes.Length).CopyTo(bytes);
        }

        return isThere;
    }

    internal override bool TryWrite(long offset, ReadOnlySpan<byte> bytes)
    {
        bool hasRoom = offset + bytes.Length <= _length;
        if (hasRoom)
        {
            bytes.CopyTo(new Span<byte>(_memory + offset, bytes.Length));
        }

        return hasRoom;
    }

    internal override void Clear()
    {
        long length = _length;
        NativeMemory.Free(_memory);
        _memory = null;
        _length = 0;
        Reserve(length);
    }
}
