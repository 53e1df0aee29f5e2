using Ftte.PostgreSql;

namespace Ftte.Orleans;

/// <summary>Represents the options of a federation on a cluster. Read once. All silos must use the same values, except of <see cref="RefreshInterval"/>.</summary>
public sealed class FtteClusterOptions
{
    /// <summary>The maximum of <see cref="Shards"/>.</summary>
    public const int MaxShards = 4096;

    /// <summary>Gets or sets the connection string of the PostgreSQL database, such as <c>Host=db.example.org;Database=ftte;Username=coordinator</c>. Required.</summary>
    /// <value>The database must exist. The tables are created in the schema <c>ftte</c>.</value>
    public string ConnectionString { get; set; } = "";

    /// <summary>Gets or sets the number of shards into which clients are divided, within [1, <see cref="MaxShards"/>]. A shard runs in one silo at a time, on one processor core at a time.</summary>
    /// <value>Default 8. Cannot be changed after the federation was created.</value>
    public int Shards { get; set; } = 8;

    /// <summary>Gets or sets the number of published versions to keep in the database, at least 2.</summary>
    /// <value>Default 10. Null keeps all.</value>
    public int? KeepVersions { get; set; } = 10;

    /// <summary>Gets or sets the time after which a silo reads the database again although it received no notification, a shard or a publisher repeats what may have been lost, and a device whose update waits is answered with <c>Busy</c>.</summary>
    /// <value>Default 1 second; positive.</value>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public void Validate()
    {
        GetStoreOptions("default").Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(Shards, 1, nameof(Shards));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Shards, MaxShards, nameof(Shards));
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepVersions ?? int.MaxValue, 2, nameof(KeepVersions));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RefreshInterval, TimeSpan.Zero, nameof(RefreshInterval));
    }

    /// <summary>Creates a copy of the options.</summary>
    /// <returns>The copy; changes to it do not affect this object.</returns>
    public FtteClusterOptions Copy() => (FtteClusterOptions)MemberwiseClone();

    internal PostgreSqlStoreOptions GetStoreOptions(string federation) => new() { ConnectionString = ConnectionString, Federation = federation, KeepVersions = KeepVersions };
}
