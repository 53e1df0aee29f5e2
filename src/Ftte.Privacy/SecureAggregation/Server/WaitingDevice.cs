namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents a device in the queue.</summary>
/// <param name="Announcement">The announcement.</param>
/// <param name="Since">The timestamp at which it was announced.</param>
internal sealed record WaitingDevice(ReadyAnnouncement Announcement, long Since)
{
    /// <summary>Gets the source of the cohort that the device waits for.</summary>
    public TaskCompletionSource<CohortRun> Cohort { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
