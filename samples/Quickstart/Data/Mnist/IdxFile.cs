using System.Buffers.Binary;
using System.IO.Compression;

namespace Quickstart;

/// <summary>Reads one file of the IDX format: a magic number, the size of each dimension, then one byte per value, all big-endian.</summary>
/// <remarks>
/// The format says nothing that can be trusted: the sizes are checked before anything is allocated for them, and the buffer grows only as bytes
/// really arrive. A gzip file is known by its first bytes, not by its name, because browsers unpack some downloads without renaming them.
/// </remarks>
internal sealed class IdxFile : IDisposable
{
    // MNIST has 60,000 examples and its largest offspring, EMNIST, 814,255.
    private const int MostExamples = 1_000_000;
    private const int FirstBufferBytes = 1 << 20;
    private const int ImagesMagic = 0x0803;
    private const int LabelsMagic = 0x0801;

    private readonly string _path;
    private readonly Stream _stream;

    private IdxFile(string path)
    {
        _path = path;
        _stream = OpenUnpacked(path);
    }

    /// <summary>Reads pictures of 28 x 28.</summary>
    /// <returns>[image, row, column], one byte per pixel.</returns>
    /// <exception cref="InputException">The file is not what it should be.</exception>
    public static byte[] ReadImages(string path) => Read(path, file =>
    {
        int count = file.ReadHead(ImagesMagic, "images");
        int rows = file.ReadInt32(), columns = file.ReadInt32();
        return rows == LabelledImages.Side && columns == LabelledImages.Side
            ? file.ReadBody(count * LabelledImages.PixelsPerImage, $"{count} images")
            : throw file.Bad($"its images are {rows} x {columns} pixels, not 28 x 28", "use MNIST or a set of the same form");
    });

    /// <summary>Reads labels.</summary>
    /// <returns>One digit per example, each 0 to 9.</returns>
    /// <exception cref="InputException">The file is not what it should be.</exception>
    public static byte[] ReadLabels(string path) => Read(path, file =>
    {
        int count = file.ReadHead(LabelsMagic, "labels");
        byte[] labels = file.ReadBody(count, $"{count} labels");
        int wrong = labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)9);
        return wrong < 0
            ? labels
            : throw file.Bad($"label {wrong} is {labels[wrong]}, not a digit from 0 to 9", "use MNIST or a set of ten classes");
    });

    public void Dispose() => _stream.Dispose();

    private static byte[] Read(string path, Func<IdxFile, byte[]> read)
    {
        try
        {
            using var file = new IdxFile(path);
            return read(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            string reason = refused is InvalidDataException ? "it is a damaged gzip file" : "it cannot be read";
            throw new InputException($"{path}: {reason}; get the file again and see that you may read it.", refused);
        }
    }

    private static Stream OpenUnpacked(string path)
    {
        Stream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        bool isGzip = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [0x1F, 0x8B];
        file.Position = 0;
        return isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private int ReadHead(int expectedMagic, string what)
    {
        int magic = ReadInt32();
        if (magic != expectedMagic)
        {
            string found = magic switch
            {
                ImagesMagic => "a file of images",
                LabelsMagic => "a file of labels",
                _ => $"no such file (its magic number is 0x{magic:X8}, not 0x{expectedMagic:X8})",
            };
            throw Bad($"it should hold {what} but is {found}", "put MNIST's files under their own names");
        }

        int count = ReadInt32();
        return count is > 0 and <= MostExamples
            ? count
            : throw Bad($"it announces {(uint)count} {what}, not 1 to {MostExamples}", "get the file again");
    }

    private int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        return _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            ? BinaryPrimitives.ReadInt32BigEndian(bytes)
            : throw Bad("it ends within its head", "get the file again");
    }

    private byte[] ReadBody(int length, string what)
    {
        byte[] body = new byte[Math.Min(length, FirstBufferBytes)];
        int filled = 0;
        while (true)
        {
            filled += _stream.ReadAtLeast(body.AsSpan(filled), body.Length - filled, throwOnEndOfStream: false);
            if (filled < body.Length)
            {
                throw Bad($"it announces {what} but ends after {filled} of {length} bytes", "get the file again");
            }

            if (filled == length)
            {
                break;
            }

            Array.Resize(ref body, (int)Math.Min(length, 2L * body.Length));
        }

        return _stream.ReadByte() < 0
            ? body
            : throw Bad($"more bytes follow after its {what}", "get the file again");
    }

    private InputException Bad(string what, string advice) => new($"{_path}: {what}; {advice}.");
}
