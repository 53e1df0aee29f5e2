using Ftte.Aggregation;

namespace Ftte.PostgreSql;

/// <summary>Represents the result of a closed buffer.</summary>
/// <param name="State">The state of the aggregator after it.</param>
/// <param name="Version">The version that was published; null if it was refused.</param>
/// <param name="RetainedVersions">The number of versions for which the IDs of updates are kept, so that a repetition is recognized.</param>
/// <param name="Decision">What changes about the selection; null if nothing changes.</param>
internal sealed record ClusterPublication(AggregatorState State, ModelSnapshot? Version, long RetainedVersions, ClusterDecision? Decision = null);
