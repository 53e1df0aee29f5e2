namespace Ftte;

/// <summary>Represents a receipt that may be sent when a commit has succeeded.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Committed">Completes with true when everything that the receipt reports is durable.</param>
internal readonly record struct DurableReceipt(UpdateReceipt Receipt, Task<bool> Committed)
{
    /// <summary>Returns the receipt when everything that it reports is durable; otherwise a request to retry. A retry of an aggregated update is answered as a duplicate.</summary>
    public async ValueTask<UpdateReceipt> WhenDurableAsync(TimeSpan retryAfter, CancellationToken cancellationToken) =>
        await Committed.WaitAsync(cancellationToken).ConfigureAwait(false) ? Receipt : new UpdateReceipt(UpdateOutcome.Busy, Receipt.Version, RetryAfter: retryAfter);
}
