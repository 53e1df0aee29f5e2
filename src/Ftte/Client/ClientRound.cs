namespace Ftte;

/// <summary>What came of one round of a <see cref="FederatedClient"/>.</summary>
/// <param name="Outcome">Whether there was work, and if not why.</param>
/// <param name="Receipt">What became of the update; null if there was no work.</param>
/// <param name="RetryAfter">How long the server asks to wait before the next round; null if it did not say.</param>
public readonly record struct ClientRound(CheckOutOutcome Outcome, UpdateReceipt? Receipt = null, TimeSpan? RetryAfter = null);
