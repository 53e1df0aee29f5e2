using System.Buffers.Binary;
using System.IO.Compression;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Decompresses a gzip file and verifies its checksum and length, which <see cref="GZipStream"/> does not do in all cases.</summary>
/// <remarks>
/// <see cref="GZipStream"/> returns the available part of a truncated file, and accepts some damaged headers as an empty file. This stream either returns
/// the original content or throws, at the latest in the read that returns 0: every damage that changes the content is found. The file must be one gzip member, as gzip itself writes it.
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

    /// <summary>Reads the header and the trailer of the file.</summary>
    /// <param name="file">The file from its start to its end. Must be able to seek; stays open.</param>
    /// <param name="name">The name of the file in error messages.</param>
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
            throw Damaged("it ends within its header", early);
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
            throw Damaged("its content cannot be decompressed", damaged);
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
            throw Damaged("its header is not that of a gzip file");
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
            throw Damaged("its header does not have the checksum that it states");
        }
    }

    private InvalidDataException Damaged(string problem, Exception? cause = null) => InvalidFile.Create(_name, $"it is a damaged gzip file: {problem}", "get the file again", cause);

    /// <summary>Reads the header of the file byte by byte and computes the checksum of the bytes read.</summary>
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

    /// <summary>Represents the compressed content without the trailer, so that the trailer can be read although decompression reads ahead.</summary>
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
