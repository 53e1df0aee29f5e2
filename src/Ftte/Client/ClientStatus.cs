namespace Ftte;

/// <summary>Represents the status of a <see cref="FederatedClient"/> at one moment.</summary>
/// <remarks>Immutable, so it may be read from any thread.</remarks>
public sealed record ClientStatus
{
    internal ClientStatus()
    {
    }

    /// <summary>Gets the current activity of the client.</summary>
    public ClientPhase Phase { get; internal init; }

    /// <summary>Gets the time at which the phase began. A phase that lasts much longer than usual is stuck rather than slow.</summary>
    public DateTimeOffset Since { get; internal init; }

    /// <summary>Gets the time of the next attempt: of the next round, or of the next upload of the same update.</summary>
    /// <value>Null unless the client waits for it.</value>
    public DateTimeOffset? NextAttempt { get; internal init; }

    /// <summary>Gets the version of the model that the current or latest training started from.</summary>
    /// <value>Null before the first assignment.</value>
    public ModelVersion? Version { get; internal init; }

    /// <summary>Gets the progress of training within its phase, in [0, 1].</summary>
    /// <value>Null while nothing is trained, and if the trainer does not report <see cref="TrainingAssignment.Progress"/>.</value>
    public double? Progress { get; internal init; }

    /// <summary>Gets the reason why the device does not take part now; see <see cref="FederatedClientOptions.GetIneligibleReason"/>.</summary>
    /// <value>Null if it may take part, or if the last round was not stopped.</value>
    public string? IneligibleReason { get; internal init; }

    /// <summary>Gets the number of updates that the server accepted from this client.</summary>
    public long AcceptedUpdates { get; internal init; }

    /// <summary>Gets the number of failed calls to the server since the last successful one.</summary>
    public int ConsecutiveFailures { get; internal init; }

    /// <summary>Gets the reason for the latest failed call.</summary>
    /// <value>Null if the latest call succeeded. The inner exception, if any, is the exception of the transport.</value>
    public IOException? LastError { get; internal init; }
}
