using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Represents labeled images of CIFAR-10 (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009), or a part of them.</summary>
/// <remarks>
/// Reads the publisher's binary version: records of a label and 32 x 32 bytes each of red, green and blue. Keeps the bytes and scales on
/// <see cref="CopyTo"/>, which allocates nothing. An input is [row, column, channel], 32 x 32 x 3. Safe to read from any number of threads.
/// </remarks>
public sealed class Cifar10Examples : IExampleSource
{
    /// <summary>The height and the width of an image, in pixels.</summary>
    public const int Side = 32;

    /// <summary>The number of values per pixel: red, green and blue.</summary>
    public const int Channels = 3;

    /// <summary>The number of classes; labels are 0 to 9.</summary>
    public const int ClassCount = 10;

    private const int PlaneLength = Side * Side;
    private const int RecordLength = 1 + (Channels * PlaneLength);
    private const string Folder = "cifar-10-batches-bin";
    private const string Source = "the binary version of CIFAR-10 is on its publisher's page, https://www.cs.toronto.edu/~kriz/cifar.html, and extracts to a folder " + Folder;

    private static readonly string[] PythonVersion = ["cifar-10-batches-py", "cifar-10-python.tar.gz", "data_batch_1"];

    private readonly ReadOnlyMemory<byte> _records;
    private readonly PixelScaling _scaling;
    private readonly int[]? _indices;

    private Cifar10Examples(ReadOnlyMemory<byte> records, PixelScaling scaling, int[]? indices)
    {
        _records = records;
        _scaling = scaling;
        _indices = indices;
    }

    /// <inheritdoc />
    public int Count => _indices?.Length ?? (_records.Length / RecordLength);

    /// <inheritdoc />
    public int InputLength => Channels * PlaneLength;

    /// <summary>Reads one part of the data set: data_batch_1.bin to data_batch_5.bin, or test_batch.bin.</summary>
    /// <param name="directory">
    /// The folder that holds the files, or the one above it, or the folder that holds the publisher's archive (cifar-10-binary.tar.gz), or the archive itself.
    /// The archive is read without extraction to disk.
    /// </param>
    /// <param name="part">The part to read.</param>
    /// <param name="scaling">The conversion of bytes to inputs; <see cref="PixelScaling.Cifar10"/> by default.</param>
    /// <returns>The examples, in the files' order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing; the message states the file to get and the folder.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or not part of CIFAR-10; the message states the file, the problem and the solution.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">The scaling is for another number of channels.</exception>
    public static Cifar10Examples Load(string directory, CifarPart part, PixelScaling? scaling = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string[] names = part switch
        {
            CifarPart.Train => ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"],
            CifarPart.Test => ["test_batch.bin"],
            _ => throw new ArgumentOutOfRangeException(nameof(part), part, "Unknown part of the data set. Specify Train or Test."),
        };
        string below = Path.Combine(directory, Folder);
        string[] folders = Directory.Exists(below) ? [below, directory] : [directory];
        if (Array.Find(folders, folder => Array.TrueForAll(names, name => File.Exists(Path.Combine(folder, name)))) is { } complete)
        {
            return LoadFiles([.. names.Select(name => Path.Combine(complete, name))], scaling);
        }

        string[] archives = [directory, .. Cifar10Archive.Names.Select(name => Path.Combine(directory, name))];
        if (Array.Find(archives, File.Exists) is { } archive)
        {
            scaling = Checked(scaling);
            return new Cifar10Examples(Join(Cifar10Archive.Read(archive, names, CheckLength)), scaling, indices: null);
        }

        string missing = Array.Find(names, name => !File.Exists(Path.Combine(folders[0], name))) ?? names[0];
        string other = PythonVersion.Any(name => Path.Exists(Path.Combine(directory, name))) ? ", and the folder contains the Python version instead" : "";
        throw new FileNotFoundException($"The folder '{folders[0]}' is incomplete: {missing} is missing{other}. Put {string.Join(", ", names)} there ({Source}).", Path.Combine(folders[0], missing));
    }

    /// <summary>Reads files of the same layout, one after the other.</summary>
    /// <param name="files">The files, each with at least one record.</param>
    /// <param name="scaling">The conversion of bytes to inputs; <see cref="PixelScaling.Cifar10"/> by default.</param>
    /// <returns>The examples, in the files' order.</returns>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is invalid; the message states the file, the problem and the solution.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">No file is specified, or the scaling is for another number of channels.</exception>
    public static Cifar10Examples LoadFiles(IReadOnlyList<string> files, PixelScaling? scaling = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentOutOfRangeException.ThrowIfZero(files.Count, nameof(files));
        scaling = Checked(scaling);
        int[] lengths = [.. files.Select(LengthOf)];
        byte[] records = new byte[TotalOf(lengths, files[^1])];
        int start = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            Read(files[i], records.AsSpan(start, lengths[i]));
            start += lengths[i];
        }

        return new Cifar10Examples(records, scaling, indices: null);
    }

    /// <summary>Returns a part of the examples. It shares the pixels.</summary>
    /// <param name="indices">The indices of the examples, in the order of the result. An index may occur more than once. Copied.</param>
    /// <returns>The examples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is not below <see cref="Count"/>.</exception>
    public Cifar10Examples Subset(params ReadOnlySpan<int> indices) => new(_records, _scaling, ExampleChoice.Of(indices, _indices, Count));

    /// <summary>Returns an example's label without its image, for example to divide examples by class.</summary>
    /// <param name="index">The example, 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The label, 0 to 9.</returns>
    public int LabelOf(int index) => RecordOf(index)[0];

    /// <inheritdoc />
    public int CopyTo(int index, Span<float> input)
    {
        ReadOnlySpan<byte> record = RecordOf(index);
        input = input[..(Channels * PlaneLength)];
        for (int channel = 0; channel < Channels; channel++)
        {
            ReadOnlySpan<float> table = _scaling.TableOf(channel);
            ReadOnlySpan<byte> plane = record.Slice(1 + (channel * PlaneLength), PlaneLength);
            for (int pixel = 0; pixel < plane.Length; pixel++)
            {
                input[(pixel * Channels) + channel] = table[plane[pixel]];
            }
        }

        return record[0];
    }

    private static PixelScaling Checked(PixelScaling? scaling)
    {
        scaling ??= PixelScaling.Cifar10;
        scaling.ThrowUnlessFits(Channels);
        return scaling;
    }

    private static ReadOnlyMemory<byte> Join((string Name, byte[] Content)[] files)
    {
        byte[] records = new byte[TotalOf([.. files.Select(file => file.Content.Length)], files[^1].Name)];
        int start = 0;
        foreach ((string name, byte[] content) in files)
        {
            CheckLabels(name, content);
            content.CopyTo(records, start);
            start += content.Length;
        }

        return records;
    }

    private static int TotalOf(int[] lengths, string last)
    {
        long total = lengths.Sum(length => (long)length);
        return total <= Array.MaxLength
            ? (int)total
            : throw InvalidFile.Create(last, $"the files up to this one have {total} bytes, but the maximum is {Array.MaxLength}", "read fewer files");
    }

    private static int LengthOf(string path)
    {
        using FileStream file = DataFile.OpenRead(path);
        return CheckLength(path, file.Length);
    }

    private static int CheckLength(string name, long length) => length > 0 && length % RecordLength == 0 && length <= Array.MaxLength
        ? (int)length
        : throw InvalidFile.Create(name, $"its {length} bytes are not a number of whole records of {RecordLength}, or too many", $"get the file again ({Source})");

    private static void CheckLabels(string name, ReadOnlySpan<byte> records)
    {
        for (int at = 0; at < records.Length; at += RecordLength)
        {
            if (records[at] >= ClassCount)
            {
                throw InvalidFile.Create(name, $"record {at / RecordLength} has the label {records[at]}, not 0 to 9", $"specify files of CIFAR-10, not of another data set ({Source})");
            }
        }
    }

    private static void Read(string path, Span<byte> records)
    {
        using FileStream file = DataFile.OpenRead(path);
        if (file.ReadAtLeast(records, records.Length, throwOnEndOfStream: false) < records.Length || file.ReadByte() >= 0)
        {
            throw InvalidFile.Create(path, "its length changed while it was read", "read it while no process writes to it");
        }

        CheckLabels(path, records);
    }

    private ReadOnlySpan<byte> RecordOf(int index) => _records.Span.Slice((_indices?[index] ?? index) * RecordLength, RecordLength);
}
