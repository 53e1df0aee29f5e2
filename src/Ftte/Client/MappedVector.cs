using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Ftte;

/// <summary>Represents a vector in a memory-mapped file. The system writes its pages to the file and drops them if memory is short.</summary>
/// <remarks>The file is locked, and deleted when the vector is collected. Its content is not used again. A span does not keep the vector: whoever uses one keeps the client.</remarks>
internal sealed unsafe class MappedVector : MemoryManager<float>
{
    private readonly int _count;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _pointer;

    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="count">The number of values.</param>
    /// <exception cref="IOException">The file is in use, its folder does not exist, or the disk is full.</exception>
    public MappedVector(string path, int count)
    {
        _count = count;
        long bytes = sizeof(float) * (long)count;

        // Without allocated blocks, a full disk would end the process when a page is written.
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            PreallocationSize = bytes,
            Options = FileOptions.DeleteOnClose,
        });
        try
        {
            _file = MemoryMappedFile.CreateFromFile(file, mapName: null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor(0, bytes);

            // Without a reference of its own, so that the handle is closed when the vector is collected.
            _pointer = (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + _view.PointerOffset;
        }
        catch
        {
            _view?.Dispose();
            _file?.Dispose();
            file.Dispose();
            throw;
        }
    }

    public override Span<float> GetSpan() => new((float*)_pointer, _count);

    public override MemoryHandle Pin(int elementIndex = 0) => new((float*)_pointer + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _view.Dispose();
            _file.Dispose();
        }
    }
}
