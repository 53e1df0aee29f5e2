using Ftte.Storage;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Translates errors of PostgreSQL into one message that states the reason and what to do.</summary>
internal static class StoreErrors
{
    /// <summary>The code of idle_in_transaction_session_timeout, which Npgsql does not name.</summary>
    private const string IdleInTransactionSessionTimeout = "25P03";

    /// <summary>Translates an error. It is transient if the server, the network or an administrator can correct it while this program runs.</summary>
    public static StoreException Translate(StoreTarget target, Exception error) => error switch
    {
        PostgresException refusal => Translate(target, refusal),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException =>
            new StoreException($"The store of {target} did not answer in time. The same commit is repeated; check the load and the locks of the database.", error, isTransient: true),
        _ => new StoreException($"The store of {target} cannot be reached: {Shorten(error)}. Start the database or check the network.", error, isTransient: true),
    };

    public static StoreException Damaged(StoreTarget target, string what, Exception? error = null) =>
        new($"The store of {target} is corrupt ({what.TrimEnd('.')}). Restore a backup.", error);

    public static StoreException TakenOver(StoreTarget target) =>
        new($"Another server has taken over the store of {target}. Stop this server.");

    private static StoreException Translate(StoreTarget target, PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or IdleInTransactionSessionTimeout =>
            new StoreException($"The store of {target} is not available: {Shorten(error)}. Wait for the restart of the database, or start it.", error, isTransient: true),
        PostgresErrorCodes.DiskFull => new StoreException($"The store of {target} cannot grow: {Shorten(error)}. Free disk space on the database server.", error, isTransient: true),
        PostgresErrorCodes.ReadOnlySqlTransaction => new StoreException($"The store of {target} is read-only, such as a standby. Connect to the primary server.", error, isTransient: true),
        PostgresErrorCodes.InvalidCatalogName => new StoreException($"The {target} does not exist. Create the database, or correct the connection string.", error),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            new StoreException($"The store of {target} refuses the user: {Shorten(error)}. Correct user and password in the connection string.", error),
        PostgresErrorCodes.InsufficientPrivilege =>
            new StoreException($"The store of {target} denies access: {Shorten(error)}. Grant the user CREATE on the database, or all privileges on the schema {Schema.Name}.", error),
        _ when error.IsTransient || error.SqlState.StartsWith("53", StringComparison.Ordinal) || error.SqlState == PostgresErrorCodes.QueryCanceled =>
            new StoreException($"The store of {target} is not available: {Shorten(error)}. The same commit is repeated.", error, isTransient: true),
        _ => new StoreException($"The store of {target} failed: {error.SqlState}, {Shorten(error)}. Check the database, then restart the server.", error),
    };

    private static string Shorten(Exception error) => (error is PostgresException postgres ? postgres.MessageText : error.InnerException?.Message ?? error.Message).TrimEnd('.');
}
