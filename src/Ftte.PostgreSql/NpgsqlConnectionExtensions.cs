using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Provides shorthands for statements with positional parameters.</summary>
internal static class NpgsqlConnectionExtensions
{
    [SuppressMessage("Security", "CA2100", Justification = "All statements are constants of this library.")]
    public static NpgsqlCommand Prepare(this NpgsqlConnection connection, string statement, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(statement, connection);
        foreach (object value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    public static async Task<int> ExecuteAsync(this NpgsqlConnection connection, string statement, CancellationToken cancellationToken, params object[] values)
    {
        await using NpgsqlCommand command = connection.Prepare(statement, values);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the only value of the first row.</summary>
    /// <returns>The value; the default if there is no row or the value is null.</returns>
    public static async Task<T?> ReadAsync<T>(this NpgsqlConnection connection, string statement, CancellationToken cancellationToken, params object[] values)
    {
        await using NpgsqlCommand command = connection.Prepare(statement, values);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is T value ? value : default;
    }

    /// <summary>Adds a statement to a batch, which is executed in one round trip.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "All statements are constants of this library.")]
    public static void Add(this NpgsqlBatch batch, string statement, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(statement);
        foreach (object value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
