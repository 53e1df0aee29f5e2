using System.Text.Json;

namespace Ftte.AspNetCore;

/// <summary>Appends the changes of the device directory to a file, one JSON object per line. A change is on disk before it is answered.</summary>
/// <remarks>Not thread-safe. The file is locked, so that a second process cannot use it.</remarks>
internal sealed class DirectoryFile : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Opens or creates a file and reads its entries.</summary>
    /// <exception cref="IOException">The file is in use by another process, cannot be read, or is corrupt.</exception>
    public DirectoryFile(string path, Action<DirectoryEntry> read)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _file = new FileStream(path, options);
        try
        {
            Read(path, read);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public void Append(DirectoryEntry entry)
    {
        _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, IdentityJson.Default.DirectoryEntry), (byte)'\n']);
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private void Read(string path, Action<DirectoryEntry> read)
    {
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        int start = 0, line = 1;
        for (int length; (length = bytes.AsSpan(start).IndexOf((byte)'\n')) >= 0; start += length + 1, line++)
        {
            try
            {
                read(JsonSerializer.Deserialize(bytes.AsSpan(start, length), IdentityJson.Default.DirectoryEntry) ?? throw new JsonException("The line is null."));
            }
            catch (Exception error) when (error is JsonException or ArgumentException)
            {
                throw new IOException($"Line {line} of '{path}' is not an entry of the device directory: {error.Message} Restore the file from a backup.", error);
            }
        }

        // A line without an end was being written when the process was killed, so its change was not answered.
        _file.SetLength(start);
        _file.Position = start;
    }
}
