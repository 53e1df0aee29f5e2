using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Represents the result of a <see cref="SelectionVerifier"/>.</summary>
/// <param name="Faults">The faults, one sentence each; empty if there are none.</param>
/// <param name="ProvenUpperBound">
/// An upper bound of the objective of all selections within the budgets, in the unit of importance, proven without the selector; null if the faults prevent the
/// proof. It is never lower than the objective, and usually higher than the bound of an exact search.
/// </param>
/// <param name="ProvenGap">
/// The maximum share of <paramref name="ProvenUpperBound"/>, in [0, 1], by which the objective can be below the optimum: 0.02 means optimal within 2 %.
/// Null if no bound is proven.
/// </param>
public sealed record SelectionVerification(ImmutableArray<string> Faults, double? ProvenUpperBound, double? ProvenGap)
{
    /// <summary>Gets a value that indicates whether no fault was found.</summary>
    public bool IsValid => Faults.IsEmpty;
}
