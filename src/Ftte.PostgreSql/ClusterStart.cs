using Ftte.Aggregation;

namespace Ftte.PostgreSql;

/// <summary>Represents what a federation on a cluster starts from, if the database does not contain it yet.</summary>
/// <param name="Settings">What every silo must agree on, as a text for messages.</param>
/// <param name="Capacity">K, the number of updates that complete a buffer.</param>
/// <param name="Model">The model that training starts from.</param>
/// <param name="State">The state of an aggregator with this model and an empty buffer.</param>
internal sealed record ClusterStart(string Settings, int Capacity, ModelSnapshot Model, AggregatorState State);
