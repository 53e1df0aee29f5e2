using System.Diagnostics.CodeAnalysis;

namespace Ftte;

/// <summary>The server's answer to a device that asks for work.</summary>
/// <param name="Outcome">Whether there is work, and if not why.</param>
/// <param name="Assignment">The work; null unless <see cref="CheckOutOutcome.Assigned"/>.</param>
/// <param name="RetryAfter">How long to wait before asking again; null when asking again is no use by itself.</param>
public readonly record struct CheckOutResponse(CheckOutOutcome Outcome, TrainingAssignment? Assignment = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Gets whether there is work.</summary>
    [MemberNotNullWhen(true, nameof(Assignment))]
    public bool IsAssigned => Assignment is not null;
}
