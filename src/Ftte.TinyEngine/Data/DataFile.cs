namespace Ftte.TinyEngine;

/// <summary>Opens and reads files of examples, with errors that state the solution.</summary>
internal static class DataFile
{
    /// <summary>Opens a file to read it.</summary>
    /// <exception cref="FileNotFoundException">The file or its folder does not exist.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FileStream OpenRead(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"The file '{path}' does not exist. Restore it, or specify where it is.", path, missing);
        }
        catch (UnauthorizedAccessException refused)
        {
            string reason = Directory.Exists(path) ? "it is a folder. Specify a file" : "access is denied. Specify a file that you are allowed to read";
            throw new UnauthorizedAccessException($"The file '{path}' cannot be read: {reason}.", refused);
        }
    }

    /// <summary>Reads bytes, and allocates memory only as they arrive.</summary>
    /// <param name="content">The content.</param>
    /// <param name="length">The number of bytes to read.</param>
    /// <param name="firstBuffer">The number of bytes to allocate before any byte has arrived.</param>
    /// <param name="filled">Receives the number of bytes read: fewer than <paramref name="length"/> if the content ends early.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Read(Stream content, int length, int firstBuffer, out int filled)
    {
        byte[] bytes = new byte[Math.Min(length, firstBuffer)];
        filled = 0;
        while (true)
        {
            int wanted = bytes.Length - filled, read = content.ReadAtLeast(bytes.AsSpan(filled), wanted, throwOnEndOfStream: false);
            filled += read;
            if (read < wanted || filled == length)
            {
                return bytes;
            }

            Array.Resize(ref bytes, (int)Math.Min(length, 2L * bytes.Length));
        }
    }
}
