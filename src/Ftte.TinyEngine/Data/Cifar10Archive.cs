using System.Formats.Tar;
using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Reads record files from the published CIFAR-10 archive without extracting it to disk.</summary>
internal static class Cifar10Archive
{
    private const int FirstBufferBytes = 1 << 20;

    /// <summary>The names of the archive: as published, and after gunzip.</summary>
    public static readonly string[] Names = ["cifar-10-binary.tar.gz", "cifar-10-binary.tar"];

    /// <summary>Reads files of an archive.</summary>
    /// <param name="path">The archive: a tar file, with or without gzip compression, of any name.</param>
    /// <param name="names">The files to read, without folders.</param>
    /// <param name="checkLength">Checks the length of a file before memory is allocated for it. Receives the file's name in error messages.</param>
    /// <returns>The name in error messages and the content of each file, in the order of <paramref name="names"/>.</returns>
    /// <exception cref="InvalidDataException">The archive is damaged, or lacks one of the files.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public static (string Name, byte[] Content)[] Read(string path, string[] names, Func<string, long, int> checkLength)
    {
        using FileStream file = DataFile.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        bool isPacked = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && CheckedGZipStream.IsGZip(start);
        file.Position = 0;
        using CheckedGZipStream? unpacked = isPacked ? new CheckedGZipStream(file, path) : null;
        Stream tar = unpacked is null ? file : unpacked;
        var found = new (string Name, byte[] Content)[names.Length];
        try
        {
            using var reader = new TarReader(tar, leaveOpen: true);
            while (Next(reader, path) is { } entry)
            {
                int index = Array.IndexOf(names, Path.GetFileName(entry.Name));
                if (index >= 0 && entry.DataStream is { } content)
                {
                    string name = $"{path}, {entry.Name}";
                    int length = checkLength(name, entry.Length);
                    byte[] bytes = DataFile.Read(content, length, FirstBufferBytes, out int filled);
                    found[index] = filled == length ? (name, bytes) : throw InvalidFile.Create(path, $"it ends within {entry.Name}", "get the file again");
                }
            }

            // The checksum of a compressed file is verified at its end, which the archive reader does not reach.
            tar.CopyTo(Stream.Null);
        }
        catch (EndOfStreamException early)
        {
            throw Damaged(path, early);
        }

        int missing = Array.FindIndex(found, entry => entry.Content is null);
        return missing < 0 ? found : throw InvalidFile.Create(path, $"it does not contain {names[missing]}", "get the binary version of the data set");
    }

    private static TarEntry? Next(TarReader reader, string path)
    {
        try
        {
            return reader.GetNextEntry();
        }
        catch (Exception damaged) when (damaged is InvalidDataException or FormatException or ArgumentException)
        {
            throw Damaged(path, damaged);
        }
    }

    private static InvalidDataException Damaged(string path, Exception cause) => InvalidFile.Create(path, "it is a damaged archive", "get the file again", cause);
}
