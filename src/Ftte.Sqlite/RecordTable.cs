using Ftte.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Ftte.Sqlite;

/// <summary>Inserts records.</summary>
/// <remarks>Binds the bytes of a record without a copy in managed memory, which a parameter of a <see cref="SqliteCommand"/> requires: under load, the copies were as large as the updates.</remarks>
internal sealed class RecordTable : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _insert;

    public RecordTable(SqliteConnection connection)
    {
        _database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_database, "INSERT OR IGNORE INTO log (number, bytes) VALUES (?1, ?2)", out _insert), _database);
    }

    /// <summary>Inserts a record in the transaction in progress, unless the table contains its number.</summary>
    /// <exception cref="SqliteException">The record cannot be written.</exception>
    public void Insert(in StoreRecord record)
    {
        try
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_int64(_insert, 1, record.Number), _database);
            SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_blob(_insert, 2, record.Bytes.Span), _database);
            SqliteException.ThrowExceptionForRC(raw.sqlite3_step(_insert), _database);
        }
        finally
        {
            // Repeats the error of the step.
            _ = raw.sqlite3_reset(_insert);
            _ = raw.sqlite3_clear_bindings(_insert);
        }
    }

    public void Dispose() => _insert.Dispose();
}
