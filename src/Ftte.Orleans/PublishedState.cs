using Ftte.Aggregation;
using Ftte.PostgreSql;

namespace Ftte.Orleans;

/// <summary>Represents the state from which the shards and the publisher fill a buffer.</summary>
/// <param name="Buffer">The number of the buffer.</param>
/// <param name="State">The state of the aggregator, with an empty buffer.</param>
/// <param name="Model">The current version.</param>
/// <param name="Selection">The current selection.</param>
/// <param name="Reselection">The state of reselection; null if none was saved.</param>
/// <param name="Survey">The importance survey; null if no device is asked.</param>
internal sealed record PublishedState(long Buffer, AggregatorState State, ModelSnapshot Model, ClusterSelection Selection, byte[]? Reselection, SurveyStatus? Survey);
