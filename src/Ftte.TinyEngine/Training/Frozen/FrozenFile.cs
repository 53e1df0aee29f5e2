using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Ftte.TinyEngine;

/// <summary>A file, mapped: the system pages it in as it is read and drops it when memory is short.</summary>
internal sealed unsafe class FrozenFile : FrozenParameters
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _pointer;

    public FrozenFile(string path, int count)
        : base(count)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, sizeof(float) * (long)count, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
        _pointer += _view.PointerOffset;
    }

    public override long Bytes => 0;

    internal override float* Pointer => BitConverter.IsLittleEndian ? (float*)_pointer : null;

    internal override bool IsReadInPlace => BitConverter.IsLittleEndian;

    private protected override void Read(int start, Span<float> destination)
    {
        var bytes = new ReadOnlySpan<byte>(_pointer + (sizeof(float) * (long)start), sizeof(float) * destination.Length);
        bytes.CopyTo(MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            Span<int> words = MemoryMarshal.Cast<float, int>(destination);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _pointer is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _pointer = null;
            _view.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
