using System.Collections.Immutable;
using Ftte.Storage;

namespace Ftte.Orleans;

/// <summary>Summarizes the status of a cluster as that of one server, for health checks and status pages.</summary>
internal static class ClusterSummary
{
    public static FederatedServerStatus Create(FtteClusterStatus status, LocalFederation federation) => new()
    {
        Version = status.Version,
        ParameterCount = federation.Layout.ParameterCount,
        SincePublication = federation.SincePublication,
        QueueLength = status.Shards.Sum(shard => shard.QueueLength),
        QueueCapacity = federation.Server.QueueCapacity,
        DevicesAtWork = status.Shards.Sum(shard => shard.DevicesAtWork),
        WaitingClients = status.Shards.Sum(shard => shard.WaitingClients),
        KnownClients = status.Shards.Sum(shard => shard.KnownClients),
        StoreFault = status.Shards.FirstOrDefault(shard => shard.Fault is not null) is { } failing ? new StoreException(failing.Fault!, innerException: null, isTransient: true) : null,
        Warnings = [.. FindWarnings(status)],
        Parts = FindParts(status),
    };

    public static IEnumerable<string> FindWarnings(FtteClusterStatus status)
    {
        if (status.MissingShards.Length > 0)
        {
            yield return $"No answer from shard {string.Join(", ", status.MissingShards)}. Their devices receive Busy until the shards run in another silo.";
        }

        if (status.Publisher is null)
        {
            yield return "The publisher does not answer. No version is published until it runs in another silo.";
        }
        else if (status.Publisher.Fault is { } fault)
        {
            yield return $"The publisher failed and repeats. {fault}";
        }
    }

    public static ImmutableArray<ServerPart> FindParts(FtteClusterStatus status) =>
    [
        .. status.Shards.Select(shard => (shard.Shard, Part: new ServerPart($"{shard.Shard}", shard.Silo, shard.Updates, shard.DevicesAtWork, shard.KnownClients, shard.Fault ?? shard.Waiting)))
            .Concat(status.MissingShards.Select(shard => (Shard: shard, Part: new ServerPart($"{shard}", Location: null, 0, 0, 0, Waiting: null))))
            .OrderBy(part => part.Shard).Select(part => part.Part),
    ];
}
