using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>Represents the content of an IDX file, the format of MNIST and similar data sets: an array of bytes with 1 to 4 dimensions.</summary>
/// <remarks>
/// The format is a magic number (two zero bytes, the type of the values, the number of dimensions), the size of each dimension as a 32-bit
/// integer, and the values, all big-endian. Immutable and safe to share between threads.
/// </remarks>
public sealed class IdxFile
{
    internal IdxFile(ImmutableArray<int> shape, ReadOnlyMemory<byte> values)
    {
        Shape = shape;
        Values = values;
    }

    /// <summary>Gets the size of each dimension, outermost first: 1 to 4 sizes, each at least 1.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>Gets the values, the last dimension varying fastest.</summary>
    public ReadOnlyMemory<byte> Values { get; }

    /// <summary>Reads a file. A gzip file is decompressed; it is recognized by its first bytes, not by its name.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The content.</returns>
    /// <remarks>Memory is allocated only for bytes that the file can contain, not for the sizes that its header declares.</remarks>
    /// <exception cref="InvalidDataException">The file is not IDX, holds something other than bytes, is truncated or too long, or is damaged (the checksum of a gzip file is verified); the message states the problem and the solution.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static IdxFile Read(string path)
    {
        using FileStream file = DataFile.OpenRead(path);
        return IdxReader.Read(file, path);
    }
}
