using System.Buffers.Binary;
using Ftte.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Ftte;

/// <summary>Keeps the state of a trainer in a file of the device, which holds either the previous or the new state at any moment.</summary>
/// <remarks>
/// <para>A state is written to a temporary file in the same folder, flushed to the disk and moved over the previous one. A process that is killed while it saves leaves the previous
/// state, and possibly a hidden temporary file, which the next store of the same file deletes. A checksum detects a truncated or damaged file. <c>docs/wire-format.md</c> describes the bytes.</para>
/// <para>Use one file per trainer and process. The state is not encrypted: store it where only the app can read, as local training data.</para>
/// </remarks>
public sealed class FileStateStore : IClientStateStore
{
    /// <summary>The version of the format that this library writes and reads.</summary>
    public const byte FormatVersion = 1;

    /// <summary>The default of the maximum length of a state, in bytes.</summary>
    public const int DefaultMaxBytes = 1 << 28;

    // Magic, version, length of the state; after the state the checksum.
    private const int HeadBytes = 4 + 1 + sizeof(long);
    private const int ChecksumBytes = sizeof(uint);

    private readonly string _path;
    private readonly int _maxBytes;

    /// <summary>Creates a store. The file is created when a state is saved.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <param name="maxBytes">The maximum length of a state to load; a longer file is rejected before memory is allocated for it.</param>
    /// <exception cref="InvalidDataException">The file exists and does not contain client state. It is not changed.</exception>
    /// <exception cref="IOException">The file exists and cannot be read.</exception>
    public FileStateStore(string path, int maxBytes = DefaultMaxBytes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        (_path, _maxBytes) = (Path.GetFullPath(path), maxBytes);
        if (File.Exists(_path))
        {
            CheckKind();
        }

        AtomicFile.DeleteTemporary(_path);
    }

    private static ReadOnlySpan<byte> Magic => "FTCS"u8;

    /// <inheritdoc />
    public byte[]? Load()
    {
        if (!File.Exists(_path))
        {
            return null;
        }

        using SafeFileHandle file = File.OpenHandle(_path);
        long length = RandomAccess.GetLength(file) - HeadBytes - ChecksumBytes;
        Span<byte> head = stackalloc byte[HeadBytes];
        if (length < 0 || !TryRead(file, head, 0) || !head.StartsWith(Magic))
        {
            throw Damaged("its header is incomplete");
        }

        if (head[Magic.Length] != FormatVersion)
        {
            throw Damaged($"it has format version {head[Magic.Length]}, but this library supports version {FormatVersion}");
        }

        long declared = BinaryPrimitives.ReadInt64LittleEndian(head[(Magic.Length + 1)..]);
        if (declared != length)
        {
            throw Damaged($"it declares {declared} bytes of state, but contains {length}");
        }

        if (length > _maxBytes)
        {
            throw Damaged($"its state has {length} bytes, more than the maximum of {_maxBytes}");
        }

        byte[] state = GC.AllocateUninitializedArray<byte>((int)length);
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        return TryRead(file, state, HeadBytes) && TryRead(file, checksum, HeadBytes + length) && BinaryPrimitives.ReadUInt32LittleEndian(checksum) == Checksum(head, state)
            ? state
            : throw Damaged("its checksum does not match");
    }

    /// <inheritdoc />
    public void Save(ReadOnlySpan<byte> state)
    {
        if (state.IsEmpty)
        {
            File.Delete(_path);
            return;
        }

        AtomicFile.Write(_path, state, static (file, state) =>
        {
            Span<byte> head = stackalloc byte[HeadBytes], checksum = stackalloc byte[ChecksumBytes];
            Magic.CopyTo(head);
            head[Magic.Length] = FormatVersion;
            BinaryPrimitives.WriteInt64LittleEndian(head[(Magic.Length + 1)..], state.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(checksum, Checksum(head, state));
            file.Write(head);
            file.Write(state);
            file.Write(checksum);
        });
    }

    /// <inheritdoc />
    public override string ToString() => _path;

    /// <summary>Rejects a file that another program wrote, so that it is never overwritten. A truncated state is accepted here and rejected when it is loaded.</summary>
    private void CheckKind()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        Span<byte> start = stackalloc byte[(int)Math.Min(Magic.Length, RandomAccess.GetLength(file))];
        if (!TryRead(file, start, 0) || !Magic.StartsWith(start))
        {
            throw new InvalidDataException($"The file '{_path}' does not contain client state: it does not start with \"FTCS\". Specify a new file, or delete this one.");
        }
    }

    private InvalidDataException Damaged(string fault) => new($"The client state in the file '{_path}' is damaged: {fault}. Restore the file, or delete it to start without state.");

    private static uint Checksum(ReadOnlySpan<byte> head, ReadOnlySpan<byte> state) => Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, head), state));

    private static bool TryRead(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                return false;
            }

            offset += read;
            bytes = bytes[read..];
        }

        return true;
    }
}
