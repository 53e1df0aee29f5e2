using Ftte.Aggregation;

namespace Ftte.Orleans;

/// <summary>Represents the state from which the shards and the publisher fill a buffer.</summary>
/// <param name="Buffer">The number of the buffer.</param>
/// <param name="State">The state of the aggregator, with an empty buffer.</param>
/// <param name="Model">The current version.</param>
internal sealed record PublishedState(long Buffer, AggregatorState State, ModelSnapshot Model);
