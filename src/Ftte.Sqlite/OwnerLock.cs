using Ftte.Storage;

namespace Ftte.Sqlite;

/// <summary>Represents the exclusive right of a process to a database file. The operating system ends it with the process, however the process ends.</summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of a database file.</summary>
    /// <exception cref="StoreException">Another process, or another store in this one, has it; or the folder cannot be written.</exception>
    public static OwnerLock Take(string path)
    {
        try
        {
            return new OwnerLock(new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new StoreException($"The folder of the store '{path}' does not exist. Create it or specify another path.", missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new StoreException($"The folder of the store '{path}' is read-only for this process. Allow writing or specify another path.", denied);
        }
        catch (IOException failure) when (IsReadOnly(failure))
        {
            throw new StoreException($"The folder of the store '{path}' is on a read-only file system. Specify another path.", failure);
        }
        catch (IOException locked)
        {
            throw new StoreException($"The store '{path}' is in use by another server. Stop that server first, or specify another path for this one.", locked);
        }
    }

    public void Dispose() => _file.Dispose();

    private static bool IsReadOnly(IOException failure)
    {
        const int ReadOnlyOnUnix = 30, WriteProtectedOnWindows = unchecked((int)0x80070013);
        return failure.HResult is ReadOnlyOnUnix or WriteProtectedOnWindows;
    }
}
