using Ftte.Selection;

namespace Ftte;

/// <summary>Represents the result of one round of a <see cref="FederatedClient"/>.</summary>
/// <param name="Outcome">The outcome of the check-out; <see cref="CheckOutOutcome.None"/> if there was no response.</param>
/// <param name="Receipt">The server's response to the update; null if there was no work or no response.</param>
/// <param name="RetryAfter">The wait that the server asks for before the next round; null if it did not ask for one. The duration of the lease if the work takes more memory than the device has.</param>
public readonly record struct ClientRound(CheckOutOutcome Outcome, UpdateReceipt? Receipt = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Gets the version of the model that training started from.</summary>
    /// <value>Null if there was no work.</value>
    public ModelVersion? Version { get; init; }

    /// <summary>Gets the duration of the check-out.</summary>
    public TimeSpan CheckOutDuration { get; init; }

    /// <summary>Gets the duration of training, of measuring importance, or of evaluating.</summary>
    public TimeSpan TrainDuration { get; init; }

    /// <summary>Gets the duration of submitting the update, including retries and the waits between them.</summary>
    public TimeSpan SubmitDuration { get; init; }

    /// <summary>Gets the number of retries of the submission.</summary>
    public int Retries { get; init; }

    /// <summary>Gets the reason for a round that failed.</summary>
    /// <value>
    /// <see cref="IOException"/> if the link to the server broke; its inner exception, if any, is the exception of the transport.
    /// <see cref="BudgetTooSmallException"/> if the work takes more memory than the device has. Null if the round did not fail.
    /// </value>
    public Exception? Error { get; init; }

    /// <summary>Gets the reason why the round was not started or was stopped, because the device is not eligible; see <see cref="FederatedClientOptions.GetIneligibleReason"/>.</summary>
    /// <value>Null if the round was not stopped.</value>
    public string? IneligibleReason { get; init; }

    /// <summary>Gets the wait before the next round of the loop.</summary>
    /// <value>Zero for a single round and for the last round of a loop.</value>
    public TimeSpan Wait { get; init; }

    /// <summary>Gets a value that indicates whether the server accepted the update of this round.</summary>
    public bool IsAccepted => Receipt is { IsAccepted: true };
}
