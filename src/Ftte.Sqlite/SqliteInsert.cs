using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Ftte.Sqlite;

/// <summary>Inserts rows with large values.</summary>
/// <remarks>Binds bytes without a copy in managed memory, which a parameter of a <see cref="SqliteCommand"/> requires: under load, the copies were as large as the updates.</remarks>
internal sealed class SqliteInsert : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <param name="connection">The database.</param>
    /// <param name="statement">The statement, with numbered parameters such as <c>?1</c>.</param>
    public SqliteInsert(SqliteConnection connection, string statement)
    {
        _database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_database, statement, out _statement), _database);
    }

    public SqliteInsert Bind(int parameter, long value)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_int64(_statement, parameter, value), _database);
        return this;
    }

    /// <summary>Binds bytes, which SQLite copies.</summary>
    public SqliteInsert Bind(int parameter, ReadOnlySpan<byte> bytes)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_blob(_statement, parameter, bytes), _database);
        return this;
    }

    /// <summary>Inserts the row in the transaction in progress.</summary>
    /// <exception cref="SqliteException">The row cannot be written.</exception>
    public void Run()
    {
        try
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_step(_statement), _database);
        }
        finally
        {
            // Repeats the error of the step.
            _ = raw.sqlite3_reset(_statement);
            _ = raw.sqlite3_clear_bindings(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();
}
