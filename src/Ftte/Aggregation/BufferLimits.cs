namespace Ftte.Aggregation;

/// <summary>Represents the limits of an aggregator's buffer.</summary>
/// <param name="Capacity">The number of updates that complete the buffer.</param>
/// <param name="MaxUpdatesPerClient">The maximum number of updates of one client in the buffer.</param>
/// <param name="Count">The number of updates in the buffer when the server starts.</param>
internal readonly record struct BufferLimits(int Capacity, int MaxUpdatesPerClient, int Count);
