namespace Ftte;

/// <summary>Specifies the current activity of a <see cref="FederatedClient"/>.</summary>
public enum ClientPhase
{
    /// <summary>No round is running and none is planned.</summary>
    Idle = 0,

    /// <summary>
    /// The loop awaits <see cref="FederatedClientOptions.WaitUntilReady"/>, or until <see cref="FederatedClientOptions.GetIneligibleReason"/> returns null, such as until the device is charging.
    /// </summary>
    WaitingUntilReady = 1,

    /// <summary>The client asks the server for work and downloads the parameters that it lacks.</summary>
    CheckingOut = 2,

    /// <summary>The trainer trains.</summary>
    Training = 3,

    /// <summary>The trainer measures the importance of the blocks.</summary>
    Probing = 4,

    /// <summary>The client uploads the update, or waits to retry the upload.</summary>
    Submitting = 5,

    /// <summary>The loop waits before the next round.</summary>
    Waiting = 6,

    /// <summary>The trainer evaluates a version.</summary>
    Evaluating = 7,
}
