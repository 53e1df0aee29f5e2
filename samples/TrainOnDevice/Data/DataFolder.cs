using System.IO.Compression;
using Ftte.Samples.Shared;

namespace TrainOnDevice.Data;

/// <summary>Specifies the data set of a folder.</summary>
internal enum DataKind
{
    /// <summary>CIFAR-10 in its binary form: records of one label and 32 x 32 x 3 bytes.</summary>
    Cifar10,

    /// <summary>MNIST, or a data set with the same format: IDX files of images and of labels.</summary>
    Idx,
}

/// <summary>Represents a folder with a known data set, recognized by the content of its files. Only training and test files are distinguished by name.</summary>
/// <param name="Kind">The data set.</param>
/// <param name="Path">The path of the files: the folder, or the subfolder to which the archive was extracted.</param>
/// <param name="Images">The IDX files of images; empty for CIFAR-10.</param>
/// <param name="Labels">The IDX files of labels; empty for CIFAR-10.</param>
internal sealed record DataFolder(DataKind Kind, string Path, IReadOnlyList<string> Images, IReadOnlyList<string> Labels)
{
    private const int CifarRecordBytes = 1 + (32 * 32 * 3);
    private const byte CifarClasses = 10;
    private static readonly string[] CifarArchives = ["cifar-10-binary.tar.gz", "cifar-10-binary.tar"];

    private const string Expected =
        "CIFAR-10's binary files (data_batch_1.bin to data_batch_5.bin, test_batch.bin) or MNIST's IDX files (train-images, train-labels, t10k-images, t10k-labels)";

    /// <summary>Recognizes a folder.</summary>
    /// <exception cref="InputException">The folder contains neither data set, or both.</exception>
    public static DataFolder Recognize(string folder)
    {
        try
        {
            DataFolder[] found = [.. Places(folder).SelectMany(In)];
            return found.Length switch
            {
                1 => found[0],
                0 when CifarArchives.Any(name => File.Exists(System.IO.Path.Combine(folder, name))) => new DataFolder(DataKind.Cifar10, folder, [], []),
                0 => throw new InputException($"--data '{folder}': it contains no file of a known data set; specify the folder with {Expected}."),
                _ => throw new InputException($"--data '{folder}': it contains more than one data set, {string.Join(" and ", found.Select(f => f.Kind))}; specify a folder with one."),
            };
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--data '{folder}': it cannot be read; check that you may read the folder and its files.", refusal);
        }
    }

    /// <summary>Returns the folder, its subfolders, and the raw folder in which torchvision stores each data set.</summary>
    private static IEnumerable<string> Places(string folder)
    {
        string[] below = [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)];
        return [folder, .. below, .. below.Select(place => System.IO.Path.Combine(place, "raw")).Where(Directory.Exists)];
    }

    private static IEnumerable<DataFolder> In(string folder)
    {
        ILookup<FileContent, string> files = FilesOf(folder).ToLookup(LookIfReadable);
        if (files.Contains(FileContent.CifarRecords))
        {
            yield return new DataFolder(DataKind.Cifar10, folder, [], []);
        }

        if (files.Contains(FileContent.IdxImages) && files.Contains(FileContent.IdxLabels))
        {
            yield return new DataFolder(DataKind.Idx, folder, [.. files[FileContent.IdxImages]], [.. files[FileContent.IdxLabels]]);
        }
    }

    /// <summary>Returns the files of a folder. If a file exists with and without compression, the uncompressed one is returned.</summary>
    private static IEnumerable<string> FilesOf(string folder)
    {
        try
        {
            string[] files = [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)];
            return files.Where(file => !file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || !File.Exists(file[..^3]));
        }
        catch (UnauthorizedAccessException)
        {
            return []; // A folder that cannot be read does not hide the others.
        }
    }

    /// <summary>Reads the first bytes of a file. A broken link or a file that cannot be read is not part of a data set and does not hide the other files.</summary>
    private static FileContent LookIfReadable(string path)
    {
        try
        {
            return Look(path);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return FileContent.Unknown;
        }
    }

    private static FileContent Look(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[4];
        if (ReadHead(file, head) < head.Length)
        {
            return FileContent.Unknown;
        }

        return head switch
        {
            [0, 0, 8, 3 or 4] => FileContent.IdxImages,
            [0, 0, 8, 1] => FileContent.IdxLabels,
            _ => file.Length % CifarRecordBytes == 0 && head[0] < CifarClasses ? FileContent.CifarRecords : FileContent.Unknown,
        };
    }

    /// <summary>Reads the first bytes, decompressed if the file is a gzip file.</summary>
    private static int ReadHead(FileStream file, Span<byte> head)
    {
        int count = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (head is not [0x1F, 0x8B, ..])
        {
            return count;
        }

        try
        {
            file.Position = 0;
            using var unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            return unpacked.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }

    private enum FileContent
    {
        Unknown,
        CifarRecords,
        IdxImages,
        IdxLabels,
    }
}
