namespace Ftte.Orleans;

/// <summary>Represents a shard that runs in this silo, for the gauges of the silo.</summary>
/// <param name="QueueLength">Returns the number of updates that wait for a commit or a publication. May be called from any thread.</param>
/// <param name="Status">Returns the numbers of clients and leases. May be called from any thread.</param>
internal sealed record LocalShard(Func<int> QueueLength, Func<DispatchStatus> Status);
