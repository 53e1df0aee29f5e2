namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the queue of devices whose updates are ready. Implemented by the server and by every proxy of a transport on a device.</summary>
/// <remarks>Errors are those of <see cref="IFederatedServer"/>. May be called from any number of threads at once.</remarks>
public interface IReadyQueue
{
    /// <summary>Announces an update, and waits until enough compatible updates are ready. A repeated call with the same keys keeps its place, and returns the cohort again if the device lost the answer.</summary>
    /// <param name="announcement">The announcement.</param>
    /// <param name="cancellationToken">Cancels the wait; the device leaves the queue.</param>
    /// <returns>The cohort, or a receipt; neither if the device must announce again with the same keys.</returns>
    /// <exception cref="SecureAggregationException">No cohort was formed in time, or a key is invalid.</exception>
    ValueTask<CohortInvitation> AnnounceAsync(ReadyAnnouncement announcement, CancellationToken cancellationToken = default);
}
