using System.Diagnostics.CodeAnalysis;

namespace Ftte;

/// <summary>Represents the server's response to a request for work.</summary>
/// <param name="Outcome">The outcome: work was assigned, or the reason why not.</param>
/// <param name="Assignment">The work; null unless <see cref="CheckOutOutcome.Assigned"/>.</param>
/// <param name="RetryAfter">The time to wait before the next request; null if a retry alone does not change the outcome.</param>
public readonly record struct CheckOutResponse(CheckOutOutcome Outcome, TrainingAssignment? Assignment = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Gets a value that indicates whether work was assigned.</summary>
    [MemberNotNullWhen(true, nameof(Assignment))]
    public bool IsAssigned => Assignment is not null;
}
