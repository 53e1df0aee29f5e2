using System.Collections.Immutable;
using Ftte.Aggregation;

namespace Ftte.PostgreSql;

/// <summary>Represents what the shards and the publisher of a cluster begin a buffer with.</summary>
/// <param name="Aggregator">The state of the aggregator.</param>
/// <param name="Reselection">The state of reselection; null if none was saved.</param>
/// <param name="Selections">The announced selections from the specified number on, in ascending order. The first selection is among them only if it was chosen again.</param>
internal sealed record ClusterState(AggregatorState Aggregator, byte[]? Reselection, ImmutableArray<ClusterSelection> Selections);
