using Ftte.Storage;
using Microsoft.Data.Sqlite;

namespace Ftte.Sqlite;

/// <summary>Inserts records.</summary>
internal sealed class RecordTable(SqliteConnection connection) : IDisposable
{
    private readonly SqliteInsert _insert = new(connection, "INSERT OR IGNORE INTO log (number, bytes) VALUES (?1, ?2)");

    /// <summary>Inserts a record in the transaction in progress, unless the table contains its number.</summary>
    /// <exception cref="SqliteException">The record cannot be written.</exception>
    public void Insert(in StoreRecord record) => _insert.Bind(1, record.Number).Bind(2, record.Bytes.Span).Run();

    public void Dispose() => _insert.Dispose();
}
