using Ftte.Storage;
using Microsoft.Data.Sqlite;

namespace Ftte.Sqlite;

/// <summary>Translates errors of SQLite into one message that states the reason and what to do.</summary>
internal static class StoreErrors
{
    private const int Perm = 3, Busy = 5, Locked = 6, ReadOnly = 8, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    public static StoreException Translate(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        Full => new StoreException($"The store '{path}' cannot grow: the disk is full or {nameof(SqliteStoreOptions.MaxBytes)} is reached. Free disk space or raise the limit.", error, isTransient: true),
        Busy or Locked => new StoreException($"The store '{path}' is locked by another program that writes to it. End that program.", error, isTransient: true),
        Perm or ReadOnly or CannotOpen => new StoreException($"The store '{path}' or its folder is read-only for this process. Allow writing or specify another path.", error),
        Corrupt or NotADatabase => Damaged(path, error.Message, error),
        _ => new StoreException($"The store '{path}' failed: {error.Message.TrimEnd('.')}. Check the disk, then restart the server.", error),
    };

    public static StoreException Damaged(string path, string what, Exception? error = null) =>
        new($"The store '{path}' is corrupt ({what.TrimEnd('.')}). Restore a backup.", error);

    public static StoreException Foreign(string path) =>
        new($"The file '{path}' is not a store of this library. Specify another path, or delete the file if it is not needed.");

    /// <summary>Runs an action and translates its errors.</summary>
    public static T Run<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException error)
        {
            throw Translate(path, error);
        }
    }
}
