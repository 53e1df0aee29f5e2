using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Represents the options of a <see cref="PostgreSqlStore"/>. Read once, when the store is created.</summary>
public sealed class PostgreSqlStoreOptions
{
    /// <summary>The maximum length of <see cref="Federation"/>, in characters.</summary>
    public const int MaxFederationLength = 200;

    /// <summary>Gets or sets the connection string, such as <c>Host=db.example.org;Database=ftte;Username=coordinator</c>. Required.</summary>
    /// <value>
    /// The database must exist. The store creates its tables in the schema <c>ftte</c>. <c>Command Timeout</c> (30 s by default) is the time after which a commit counts as failed and is repeated.
    /// </value>
    public string ConnectionString { get; set; } = "";

    /// <summary>Gets or sets the name of the federation, at most <see cref="MaxFederationLength"/> characters. A database can contain any number of federations.</summary>
    /// <value>Default <c>default</c>.</value>
    public string Federation { get; set; } = "default";

    /// <summary>Gets or sets the number of published versions to keep for <see cref="PostgreSqlStore.ReadVersionAsync"/>, the newest ones; not negative.</summary>
    /// <value>Default 10. Null keeps all. The state to resume from does not depend on it.</value>
    public int? KeepVersions { get; set; } = 10;

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new ArgumentException($"{nameof(ConnectionString)} is empty. Specify host, database and user.", nameof(ConnectionString));
        }

        if (string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(ConnectionString).Host))
        {
            throw new ArgumentException($"{nameof(ConnectionString)} has no host. Add 'Host=...'.", nameof(ConnectionString));
        }

        if (string.IsNullOrWhiteSpace(Federation) || Federation.Length > MaxFederationLength || Federation.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"{nameof(Federation)} must have 1 to {MaxFederationLength} characters and no NUL. Specify a short name.", nameof(Federation));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(KeepVersions ?? 0, nameof(KeepVersions));
    }

    /// <summary>Creates a copy of the options.</summary>
    /// <returns>The copy; changes to it do not affect this object.</returns>
    public PostgreSqlStoreOptions Copy() => (PostgreSqlStoreOptions)MemberwiseClone();
}
