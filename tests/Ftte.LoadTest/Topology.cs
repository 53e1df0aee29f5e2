namespace Ftte.LoadTest;

/// <summary>Defines the processes under load.</summary>
/// <param name="Silos">The number of silos of a cluster; 0 for a single coordinator.</param>
/// <param name="Shards">The number of shards of a cluster.</param>
/// <param name="UsesPostgreSql">True for PostgreSQL as the store of a single coordinator, false for SQLite. A cluster always uses PostgreSQL.</param>
/// <param name="Registered">The number of further clients of which a cluster has a record from the start.</param>
internal sealed record Topology(int Silos, int Shards, bool UsesPostgreSql, int Registered)
{
    public bool HasDatabase => UsesPostgreSql || Silos > 0;
}
