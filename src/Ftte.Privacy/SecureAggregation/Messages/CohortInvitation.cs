namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the answer to a <see cref="ReadyAnnouncement"/>: a cohort, or a receipt if the update is not wanted or was counted before.</summary>
/// <param name="Cohort">The cohort; null if there is a receipt.</param>
/// <param name="Receipt">The receipt; null if there is a cohort.</param>
public sealed record CohortInvitation(CohortDescription? Cohort, UpdateReceipt? Receipt = null);
