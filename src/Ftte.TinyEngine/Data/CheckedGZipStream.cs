using System.Buffers.Binary;
using System.IO.Compression;
using Ftte.TinyEngine.Files;

namespace Ftte.TinyEngine;

/// <summary>Unpacks a gzip file and verifies its checksum and its length, which <see cref="GZipStream"/> does not do in all cases.</summary>
/// <remarks>
/// <see cref="GZipStream"/> returns what there is of a file that was cut short, and accepts some damaged headers as an empty file. Here a file is either unpacked
/// exactly as it was packed or refused, at the latest by the read that returns 0: every damage that changes the content is found. The file is one gzip member, as gzip itself writes.
/// </remarks>
internal sealed class CheckedGZipStream : ForwardStream
{
    private const int HeadBytes = 10;
    private const int TailBytes = 2 * sizeof(uint);
    private const byte Deflate = 8;
    private const int HasHeadChecksum = 2, HasExtra = 4, HasName = 8, HasComment = 16, Reserved = 0xE0;

    private readonly string _name;
    private readonly DeflateStream _content;
    private readonly uint _checksum, _length;
    private uint _checksumSoFar, _lengthSoFar;

    /// <summary>Reads the file's head and tail.</summary>
    /// <param name="file">The file from its start to its end. Must be able to seek; stays open.</param>
    /// <param name="name">The file, for errors.</param>
    /// <exception cref="InvalidDataException">It is not a gzip file, or is damaged.</exception>
    public CheckedGZipStream(Stream file, string name)
    {
        _name = name;
        file.Position = 0;
        try
        {
            ReadHead(new Head(file));
        }
        catch (EndOfStreamException early)
        {
            throw Damaged("it ends within its head", early);
        }

        long start = file.Position, length = file.Length - TailBytes - start;
        if (length <= 0)
        {
            throw Damaged("it ends early");
        }

        Span<byte> tail = stackalloc byte[TailBytes];
        file.Position = start + length;
        file.ReadExactly(tail);
        (_checksum, _length) = (BinaryPrimitives.ReadUInt32LittleEndian(tail), BinaryPrimitives.ReadUInt32LittleEndian(tail[sizeof(uint)..]));
        file.Position = start;
        _content = new DeflateStream(new Section(file, length), CompressionMode.Decompress);
    }

    /// <summary>Determines by its first bytes whether a file is a gzip file.</summary>
    public static bool IsGZip(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, ..];

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = _content.Read(buffer);
        }
        catch (InvalidDataException damaged)
        {
            throw Damaged("its content cannot be unpacked", damaged);
        }

        _checksumSoFar = Crc32.Append(_checksumSoFar, buffer[..read]);
        _lengthSoFar += (uint)read;
        return read > 0 || buffer.IsEmpty || (_checksumSoFar == _checksum && _lengthSoFar == _length)
            ? read
            : throw Damaged("its content does not have the checksum or the length that it states");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
        }

        base.Dispose(disposing);
    }

    private void ReadHead(Head head)
    {
        Span<byte> start = stackalloc byte[HeadBytes];
        head.Read(start);
        int flags = start[3];
        if (!IsGZip(start) || start[2] != Deflate || (flags & Reserved) != 0)
        {
            throw Damaged("its head is not that of a gzip file");
        }

        if ((flags & HasExtra) != 0)
        {
            for (int left = head.ReadByte() + (head.ReadByte() << 8); left > 0; left--)
            {
                head.ReadByte();
            }
        }

        for (int texts = ((flags & HasName) / HasName) + ((flags & HasComment) / HasComment); texts > 0; texts--)
        {
            while (head.ReadByte() != 0)
            {
            }
        }

        uint computed = head.Checksum & 0xFFFF;
        if ((flags & HasHeadChecksum) != 0 && head.ReadByte() + (head.ReadByte() << 8) != computed)
        {
            throw Damaged("its head does not have the checksum that it states");
        }
    }

    private InvalidDataException Damaged(string how, Exception? cause = null) => InvalidFile.Create(_name, $"it is a damaged gzip file: {how}", "get the file again", cause);

    /// <summary>The head of the file, byte by byte, with the checksum of what has been read.</summary>
    private sealed class Head(Stream file)
    {
        public uint Checksum { get; private set; }

        public int ReadByte()
        {
            Span<byte> value = stackalloc byte[1];
            Read(value);
            return value[0];
        }

        public void Read(Span<byte> bytes)
        {
            file.ReadExactly(bytes);
            Checksum = Crc32.Append(Checksum, bytes);
        }
    }

    /// <summary>The packed content without the tail, so that the tail can be read although unpacking reads ahead.</summary>
    private sealed class Section(Stream file, long length) : ForwardStream
    {
        private long _left = length;

        public override int Read(Span<byte> buffer)
        {
            int read = file.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _left -= read;
            return read;
        }
    }
}
