using Ftte.Aggregation;

namespace Ftte;

/// <summary>The server's answer to an update.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Version">The version that is current now.</param>
/// <param name="Weight">The weight it was folded in with; 0 if it was not.</param>
/// <param name="RetryAfter">How long to wait before trying again, for outcomes that a retry can change; otherwise null.</param>
/// <param name="AwaitsNextVersion">
/// Whether the client has used up its share of the current buffer (<see cref="BufferedAggregatorOptions.MaxUpdatesPerClient"/>), so that nothing it
/// sends is accepted before the next version. Set by the aggregator for the server; does not travel to devices.
/// </param>
public readonly record struct UpdateReceipt(
    UpdateOutcome Outcome, ModelVersion Version, double Weight = 0, TimeSpan? RetryAfter = null, bool AwaitsNextVersion = false)
{
    /// <summary>Gets whether the update served its purpose: folded into the model or noted for the next selection, now or before under the same id.</summary>
    public bool IsAccepted => Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published or UpdateOutcome.Duplicate or UpdateOutcome.Surveyed;
}
