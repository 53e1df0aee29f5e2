using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ftte.TinyEngine;

/// <summary>Represents a memory-mapped file. The system loads its pages when they are read and drops them if memory is short.</summary>
internal sealed unsafe class FrozenFile : FrozenParameters
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _pointer;

    public FrozenFile(string path, int count)
        : base(count)
    {
        _path = path;
        _handle = File.OpenHandle(path);
        try
        {
            CheckLength();
            _file = MemoryMappedFile.CreateFromFile(_handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _file.CreateViewAccessor(0, sizeof(float) * (long)count, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
            _pointer += _view.PointerOffset;
        }
        catch
        {
            _view?.Dispose();
            _file?.Dispose();
            _handle.Dispose();
            throw;
        }
    }

    public override long Bytes => 0;

    internal override float* Pointer => BitConverter.IsLittleEndian ? (float*)_pointer : null;

    internal override bool IsReadInPlace => BitConverter.IsLittleEndian;

    private protected override void CheckReadable() => CheckLength();

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
            _handle.Dispose();
        }

        base.Dispose(disposing);
    }

    // Reading a mapped page beyond the end of the file would end the process.
    private void CheckLength()
    {
        long expected = sizeof(float) * (long)Count, actual = RandomAccess.GetLength(_handle);
        if (actual < expected)
        {
            throw new InvalidDataException($"The file '{_path}' has become shorter: it has {actual} bytes, but the {Count} float32 parameters of the network take {expected}. Restore the file, and replace it instead of writing into it.");
        }
    }
}
