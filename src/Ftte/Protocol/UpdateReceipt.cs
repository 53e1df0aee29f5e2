using Ftte.Aggregation;

namespace Ftte;

/// <summary>Represents the server's response to an update.</summary>
/// <param name="Outcome">The outcome of the update.</param>
/// <param name="Version">The current version.</param>
/// <param name="Weight">The aggregation weight of the update; 0 if it was not aggregated.</param>
/// <param name="RetryAfter">The time to wait before a retry, for outcomes that a retry can change; otherwise null.</param>
/// <param name="AwaitsNextVersion">
/// True if the client has used its share of the current buffer (<see cref="BufferedAggregatorOptions.MaxUpdatesPerClient"/>), so that no update from
/// it is accepted before the next version. Set by the aggregator for the server; not sent to devices.
/// </param>
public readonly record struct UpdateReceipt(
    UpdateOutcome Outcome, ModelVersion Version, double Weight = 0, TimeSpan? RetryAfter = null, bool AwaitsNextVersion = false)
{
    /// <summary>Gets a value that indicates whether the update was accepted: aggregated, or recorded for the next selection or for an evaluation, now or earlier under the same ID.</summary>
    public bool IsAccepted => Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published or UpdateOutcome.Duplicate or UpdateOutcome.Surveyed or UpdateOutcome.Evaluated;
}
