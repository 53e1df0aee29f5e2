namespace Ftte.Orleans;

/// <summary>Validates that the options of a server can be divided between the shards of a cluster.</summary>
internal static class ClusterOptionsGuard
{
    /// <exception cref="ArgumentException">An option is not supported by clusters, or is too small for the number of shards.</exception>
    public static void Check(FederatedServerOptions server, FtteClusterOptions cluster)
    {
        CheckLimit(nameof(server.MaxConcurrency), server.MaxConcurrency, cluster.Shards);
        CheckLimit(nameof(server.MaxAssignmentsPerVersion), server.MaxAssignmentsPerVersion, cluster.Shards);
        CheckLimit(nameof(server.QueueCapacity), server.QueueCapacity, cluster.Shards);
        CheckLimit(nameof(server.MaxClients), server.MaxClients, cluster.Shards);
    }

    /// <summary>Returns the options of one shard, so that the limits of all shards add up to the limits of the server.</summary>
    public static FederatedServerOptions Divide(FederatedServerOptions server, int shards, int shard, ulong seed)
    {
        FederatedServerOptions part = server.Copy();
        part.MaxConcurrency = Divide(server.MaxConcurrency, shards, shard);
        part.MaxAssignmentsPerVersion = Divide(server.MaxAssignmentsPerVersion, shards, shard);
        part.QueueCapacity = Divide(server.QueueCapacity, shards, shard)!.Value;
        part.MaxClients = Divide(server.MaxClients, shards, shard)!.Value;
        part.Seed = seed;
        return part;
    }

    /// <summary>Returns the part of a limit that one shard has.</summary>
    public static int? Divide(int? limit, int shards, int shard) => (limit / shards) + (shard < limit % shards ? 1 : 0);

    private static void CheckLimit(string name, int? limit, int shards)
    {
        if (limit < shards)
        {
            throw new ArgumentException($"{name} is {limit}, but each of {shards} shards needs at least 1. Increase {name} or use fewer shards.", name);
        }
    }
}
