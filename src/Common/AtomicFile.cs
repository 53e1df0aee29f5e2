using System.Diagnostics.CodeAnalysis;

namespace Ftte;

/// <summary>Writes files so that a reader finds either the previous file or the complete new one, and so that a failed write leaves nothing behind.</summary>
/// <remarks>
/// <para>The content is written to a unique temporary file in the same folder, which then replaces the destination. Concurrent writers do not conflict: the last one to
/// finish wins. A link is followed, and an existing file keeps its access mode.</para>
/// <para>Every failure of the file system is an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/> with a message of one line that states the destination and
/// the solution. Exceptions of other types from the callback are not changed. Devices, such as /dev/stdout and /dev/null, are written to directly.</para>
/// <para>This file is compiled into each project that writes files, so that no library has to publish it.</para>
/// </remarks>
internal static class AtomicFile
{
    private const int BufferBytes = 1 << 16;
    private const string AnyPrefix = ".", TemporarySuffix = ".tmp";

    /// <summary>Deletes the temporary files that processes left because they were killed while they wrote a file. For a file that only this process writes.</summary>
    /// <param name="path">The destination of the writes. What cannot be deleted stays.</param>
    public static void DeleteTemporary(string path)
    {
        try
        {
            string target = Resolve(path), prefix = TemporaryPrefix(target);
            if (prefix == AnyPrefix || Path.GetDirectoryName(target) is not { } folder)
            {
                return;
            }

            // A file name may contain wildcards, so the pattern does not contain it. The length tells the files of "state" from those of "state.old".
            int length = prefix.Length + Path.GetRandomFileName().Length + TemporarySuffix.Length;
            foreach (string file in Directory.EnumerateFiles(folder, $".*{TemporarySuffix}", new EnumerationOptions { AttributesToSkip = FileAttributes.System }))
            {
                if (Path.GetFileName(file) is var name && name.Length == length && name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    DeleteIfPresent(file);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Writes a file through a stream.</summary>
    /// <param name="path">The destination. An existing file is replaced.</param>
    /// <param name="write">Writes the content. The stream is closed afterwards.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder is write-protected.</exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, static (stream, content) => content(stream));

    /// <summary>Writes a file through a stream from a state that need not be captured, such as a span.</summary>
    /// <typeparam name="TState">The type of the state.</typeparam>
    /// <param name="path">The destination. An existing file is replaced.</param>
    /// <param name="state">The state that the callback receives.</param>
    /// <param name="write">Writes the content. The stream is closed afterwards.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder is write-protected.</exception>
    public static void Write<TState>(string path, TState state, Action<Stream, TState> write)
        where TState : allows ref struct
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string? temporary = null;
        try
        {
            string target = Resolve(path);
            if (IsDevice(target))
            {
                using FileStream device = new(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, BufferBytes);
                write(device, state);
                device.Flush();
                return;
            }

            using (FileStream file = CreateTemporary(target, out temporary))
            {
                write(file, state);

                // Some file systems report a full disk only here. Without the flush, a power failure could leave an empty file with the final name.
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary!, target, overwrite: true);
        }
        catch (Exception failure)
        {
            DeleteIfPresent(temporary);
            if (TryDescribe(path, failure, out Exception? clear))
            {
                throw clear;
            }

            throw;
        }
    }

    /// <summary>Writes a text file in UTF-8 without a byte order mark.</summary>
    /// <param name="path">The destination. An existing file is replaced.</param>
    /// <param name="write">Writes the text. The writer is closed afterwards.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder is write-protected.</exception>
    public static void WriteText(string path, Action<TextWriter> write) => Write(path, write, static (stream, content) =>
    {
        using var writer = new StreamWriter(stream, bufferSize: BufferBytes, leaveOpen: true);
        content(writer);
    });

    /// <summary>Writes a text file in UTF-8 without a byte order mark.</summary>
    /// <param name="path">The destination. An existing file is replaced.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder is write-protected.</exception>
    public static void WriteAllText(string path, string text) => WriteText(path, writer => writer.Write(text));

    /// <summary>Writes a file of bytes.</summary>
    /// <param name="path">The destination. An existing file is replaced.</param>
    /// <param name="bytes">The content.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder is write-protected.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes) => Write(path, bytes, static (stream, content) => stream.Write(content));

    /// <summary>Determines whether <see cref="Write(string, Action{Stream})"/> can succeed, without changing the destination or leaving a file.</summary>
    /// <param name="path">The destination.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder is write-protected.</exception>
    public static void CheckCanWrite(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string? temporary = null;
        try
        {
            string target = Resolve(path);
            if (File.Exists(target))
            {
                new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
            }

            if (!IsDevice(target))
            {
                CreateTemporary(target, out temporary).Dispose();
            }
        }
        catch (Exception failure) when (TryDescribe(path, failure, out Exception? clear))
        {
            throw clear;
        }
        finally
        {
            DeleteIfPresent(temporary);
        }
    }

    /// <summary>Creates an exception with a message of one line for a file that cannot be written.</summary>
    /// <param name="path">The path that the user specified.</param>
    /// <param name="failure">The exception of the file system.</param>
    /// <param name="clear">The exception to throw instead; null if the failure is not from the file system.</param>
    /// <returns>True if the failure is from the file system.</returns>
    public static bool TryDescribe(string path, Exception failure, [NotNullWhen(true)] out Exception? clear)
    {
        clear = failure switch
        {
            IOException full when IsDiskFull(full) => new IOException($"The file '{path}' cannot be written: the disk is full. Free disk space or specify a file on another disk.", full),
            DirectoryNotFoundException => new IOException($"The file '{path}' cannot be written: its folder does not exist. Create the folder or specify another file.", failure),
            IOException => new IOException($"The file '{path}' cannot be written: {Reason(failure)}. Specify another file or correct the cause.", failure),
            UnauthorizedAccessException => new UnauthorizedAccessException($"The file '{path}' cannot be written: access to the file or its folder is denied. Specify a file that you are allowed to write.", failure),
            _ => null,
        };
        return clear is not null;
    }

    /// <summary>Determines whether an error indicates a full disk or an exhausted quota.</summary>
    private static bool IsDiskFull(IOException failure)
    {
        const int NoSpaceOnUnix = 28, QuotaOnLinux = 122, QuotaOnMac = 69, DiskFullOnWindows = unchecked((int)0x80070070), HandleDiskFullOnWindows = unchecked((int)0x80070027);
        return OperatingSystem.IsWindows()
            ? failure.HResult is DiskFullOnWindows or HandleDiskFullOnWindows
            : failure.HResult == NoSpaceOnUnix || failure.HResult == (OperatingSystem.IsMacOS() ? QuotaOnMac : QuotaOnLinux);
    }

    /// <summary>Returns the reason from the system's message, without the path of the temporary file that follows it.</summary>
    private static string Reason(Exception failure) => failure.Message.Split(" : '")[0].TrimEnd('.');

    private static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        return IsDevice(full) || new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    // The framework does not distinguish devices from files, and replacing a device would delete it. The entries of /dev/shm are files.
    private static bool IsDevice(string fullPath) =>
        !OperatingSystem.IsWindows()
        && (fullPath.StartsWith("/proc/", StringComparison.Ordinal)
            || (fullPath.StartsWith("/dev/", StringComparison.Ordinal) && !fullPath.StartsWith("/dev/shm/", StringComparison.Ordinal)));

    /// <summary>Returns how the names of the temporary files of a destination begin.</summary>
    private static string TemporaryPrefix(string target)
    {
        // File systems allow names of 255 bytes, and a character takes up to three of them.
        const int MaxLength = 64;
        string name = Path.GetFileName(target);
        return name.Length <= MaxLength ? $".{name}." : AnyPrefix;
    }

    private static FileStream CreateTemporary(string target, out string? temporary)
    {
        temporary = null;
        if (Directory.Exists(target))
        {
            throw new IOException("it is a folder");
        }

        // Unpredictable, so that two processes, or two machines that share the folder, do not choose the same name.
        string name = Path.Combine(Path.GetDirectoryName(target)!, $"{TemporaryPrefix(target)}{Path.GetRandomFileName()}{TemporarySuffix}");
        var file = new FileStream(name, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
        temporary = name;
        try
        {
            if (!OperatingSystem.IsWindows() && File.Exists(target))
            {
                File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(target));
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void DeleteIfPresent(string? temporary)
    {
        try
        {
            if (temporary is not null)
            {
                File.Delete(temporary);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The original failure is more informative than this one.
        }
    }
}
