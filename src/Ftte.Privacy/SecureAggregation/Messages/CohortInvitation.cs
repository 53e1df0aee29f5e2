namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the answer to a <see cref="ReadyAnnouncement"/>: a cohort, or a receipt if the update is not wanted or was counted before.</summary>
/// <remarks>If it is neither, a transport ended the wait because it cannot hold a call any longer. The device announces again, with the same keys, and keeps its place in the queue.</remarks>
/// <param name="Cohort">The cohort; null if there is a receipt.</param>
/// <param name="Receipt">The receipt; null if there is a cohort.</param>
public sealed record CohortInvitation(CohortDescription? Cohort, UpdateReceipt? Receipt = null);
