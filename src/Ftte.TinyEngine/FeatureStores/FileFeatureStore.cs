using Microsoft.Win32.SafeHandles;

namespace Ftte.TinyEngine;

/// <summary>Stores features in a file. The file is read and written instead of mapped, so that a full or failing disk is a return value and not a crash.</summary>
internal sealed class FileFeatureStore(string path) : FeatureStore
{
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    internal override bool IsMemory => false;

    internal override void Resize(long length)
    {
        // The file grows when it is written.
    }

    internal override bool TryRead(long offset, Span<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                int read = RandomAccess.Read(_file, bytes, offset);
                if (read == 0)
                {
                    return false;
                }

                offset += read;
                bytes = bytes[read..];
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal override bool TryWrite(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, offset);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal override void Clear()
    {
        try
        {
            RandomAccess.SetLength(_file, 0);
        }
        catch (IOException)
        {
            // Remaining records have another key and are overwritten.
        }
    }

    private protected override void Free() => _file.Dispose();
}
