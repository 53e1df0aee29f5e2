using System.Collections.Immutable;

namespace Ftte.Aggregation;

/// <summary>Represents the result of a transaction that commits updates.</summary>
/// <param name="Buffer">The number of the current buffer.</param>
/// <param name="IsClosed">True if the current buffer accepts no more updates.</param>
/// <param name="Outcomes">The outcome for each update, in the order of the call.</param>
internal sealed record CommitResult(long Buffer, bool IsClosed, ImmutableArray<CommitOutcome> Outcomes);
