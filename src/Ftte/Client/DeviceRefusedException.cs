namespace Ftte;

/// <summary>The exception that is thrown if the server refuses a device and a retry would not change that.</summary>
public sealed class DeviceRefusedException : Exception
{
    /// <summary>Creates an exception with the reason of the refusal.</summary>
    /// <param name="client">The device.</param>
    /// <param name="outcome">The reason: <see cref="CheckOutOutcome.UnknownClient"/> or <see cref="CheckOutOutcome.LayoutMismatch"/>.</param>
    public DeviceRefusedException(ClientId client, CheckOutOutcome outcome)
        : base(outcome switch
        {
            CheckOutOutcome.UnknownClient => $"The server does not admit '{client}'. Register the device with the server, or authenticate as a registered one.",
            CheckOutOutcome.LayoutMismatch => $"The model of '{client}' has another layout than the server's. Update the app.",
            _ => $"The server refused '{client}': {outcome}.",
        })
    {
        Client = client;
        Outcome = outcome;
    }

    /// <summary>Gets the device.</summary>
    public ClientId Client { get; }

    /// <summary>Gets the reason.</summary>
    public CheckOutOutcome Outcome { get; }
}
