using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Ftte.Sqlite;

/// <summary>Provides shorthands for statements.</summary>
internal static class SqliteConnectionExtensions
{
    /// <summary>Opens a connection of its own, without a pool that would keep the file open.</summary>
    public static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    [SuppressMessage("Security", "CA2100", Justification = "All statements are constants and numbers of this library.")]
    public static SqliteCommand Prepare(this SqliteConnection connection, string statement, params ReadOnlySpan<string> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = statement;
        foreach (string name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    public static void Execute(this SqliteConnection connection, string statement, SqliteTransaction? transaction = null)
    {
        using SqliteCommand command = connection.Prepare(statement);
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    public static long ReadLong(this SqliteConnection connection, string statement)
    {
        using SqliteCommand command = connection.Prepare(statement);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>Runs a prepared statement with values for its parameters.</summary>
    public static int Run(this SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command.ExecuteNonQuery();
    }
}
