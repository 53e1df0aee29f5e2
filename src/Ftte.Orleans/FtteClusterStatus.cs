using System.Collections.Immutable;

namespace Ftte.Orleans;

/// <summary>Represents the status of a federation on a cluster.</summary>
/// <param name="Version">The current version in the silo that was asked.</param>
/// <param name="Publisher">The status of the publisher; null if it does not answer.</param>
/// <param name="Shards">The status of the shards that answer, in ascending order.</param>
/// <param name="MissingShards">The numbers of the shards that do not answer, because their silo has failed and they are not yet activated in another one.</param>
public sealed record FtteClusterStatus(ModelVersion Version, PublisherStatus? Publisher, ImmutableArray<ShardStatus> Shards, ImmutableArray<int> MissingShards);
