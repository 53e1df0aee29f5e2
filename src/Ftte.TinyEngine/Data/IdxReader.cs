using System.Buffers.Binary;
using System.Collections.Immutable;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Reads an IDX file. No field of the header is trusted.</summary>
internal sealed class IdxReader
{
    private const byte Bytes = 0x08;
    private const int MaxDimensions = 4;
    private const int FirstBufferBytes = 1 << 20;

    // The maximum number of bytes that deflate can produce per compressed byte (a match of 258 bytes takes at least two bits).
    private const long MaxDecompressedPerByte = 1032;

    private readonly string _name;
    private readonly Stream _content;
    private readonly long _maxBytes;
    private readonly bool _isPacked;

    private IdxReader(Stream content, string name, long maxBytes, bool isPacked)
    {
        _content = content;
        _name = name;
        _maxBytes = maxBytes;
        _isPacked = isPacked;
    }

    /// <summary>Reads a seekable stream from its start to its end.</summary>
    /// <exception cref="InvalidDataException">The content is invalid.</exception>
    public static IdxFile Read(Stream file, string name)
    {
        Span<byte> start = stackalloc byte[2];
        bool isPacked = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && CheckedGZipStream.IsGZip(start);
        file.Position = 0;
        if (!isPacked)
        {
            return new IdxReader(file, name, file.Length, isPacked).Read();
        }

        using var unpacked = new CheckedGZipStream(file, name);
        return new IdxReader(unpacked, name, file.Length * MaxDecompressedPerByte, isPacked).Read();
    }

    private IdxFile Read()
    {
        ImmutableArray<int> shape = ReadShape(out int headLength);
        long length = 1;
        foreach (int size in shape)
        {
            // Stops as soon as the product is too large, so that it cannot overflow.
            length = length > Array.MaxLength ? length : length * size;
        }

        string declared = string.Join(" x ", shape) + " bytes";
        return length > Array.MaxLength || length > _maxBytes - headLength
            ? throw Bad($"its header declares {declared}, more than the file can contain", "get the file again")
            : new IdxFile(shape, ReadValues((int)length, declared));
    }

    private ImmutableArray<int> ReadShape(out int headLength)
    {
        int magic = ReadInt32();
        int type = (magic >> 8) & 0xFF, dimensions = magic & 0xFF;
        if (magic >>> 16 != 0 || type is < 0x08 or > 0x0E or 0x0A)
        {
            throw Bad($"it does not begin as an IDX file does (its magic number is 0x{magic:X8})", "specify the file of images or labels itself, as it is or as .gz");
        }

        if (type != Bytes)
        {
            throw Bad($"its values are not bytes (type 0x{type:X2})", "convert it to unsigned bytes, type 0x08");
        }

        if (dimensions is < 1 or > MaxDimensions)
        {
            throw Bad($"it has {dimensions} dimensions, not 1 to {MaxDimensions}", "specify a file of images or labels");
        }

        var shape = ImmutableArray.CreateBuilder<int>(dimensions);
        for (int i = 0; i < dimensions; i++)
        {
            int size = ReadInt32();
            shape.Add(size > 0 ? size : throw Bad($"dimension {i} has the size {(uint)size}, not 1 to {int.MaxValue}", "get the file again"));
        }

        headLength = sizeof(int) * (1 + dimensions);
        return shape.MoveToImmutable();
    }

    private int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        return _content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            ? BinaryPrimitives.ReadInt32BigEndian(bytes)
            : throw Bad("it ends within its header", "get the file again");
    }

    private byte[] ReadValues(int length, string declared)
    {
        // The length of an uncompressed file was checked above. The length of compressed content is known only after decompression.
        byte[] values = DataFile.Read(_content, length, _isPacked ? FirstBufferBytes : length, out int filled);
        if (filled < length)
        {
            throw Bad($"its header declares {declared}, but the content ends after {filled}", "get the file again");
        }

        // Reading to the end also verifies the checksum of a compressed file.
        return _content.ReadAtLeast(stackalloc byte[1], 1, throwOnEndOfStream: false) == 0
            ? values
            : throw Bad($"it contains more than the {declared} that its header declares", "get the file again");
    }

    private InvalidDataException Bad(string what, string advice) => InvalidFile.Create(_name, what, advice);
}
