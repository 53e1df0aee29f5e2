using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>What a <see cref="SelectionVerifier"/> found out about a selection.</summary>
/// <param name="Faults">The faults, one sentence each; empty if there is none.</param>
/// <param name="ProvenUpperBound">
/// The value that no selection within the budgets exceeds, in the unit of importance, proven without the selector; null if the faults prevent the proof. It is
/// never lower than the objective, and usually higher than what an exact search proves.
/// </param>
/// <param name="ProvenGap">
/// The largest share of <paramref name="ProvenUpperBound"/>, in [0, 1], by which the selection can be below the optimum: 0.02 means that it is optimal up to 2 %.
/// Null if nothing is proven.
/// </param>
public sealed record SelectionVerification(ImmutableArray<string> Faults, double? ProvenUpperBound, double? ProvenGap)
{
    /// <summary>Gets whether no fault was found.</summary>
    public bool IsValid => Faults.IsEmpty;
}
