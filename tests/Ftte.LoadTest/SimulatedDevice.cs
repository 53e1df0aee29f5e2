namespace Ftte.LoadTest;

/// <summary>Represents the state of a device between two calls.</summary>
internal sealed class SimulatedDevice(int number)
{
    /// <summary>Gets the client ID. All have the same length.</summary>
    public ClientId Client { get; } = new($"d{number:D6}");

    public string Token { get; } = $"{DeviceTokenHandler.TokenPrefix}d{number:D6}";

    /// <summary>Gets or sets the work that the device has checked out; null if it has none.</summary>
    public TrainingAssignment? Assignment { get; set; }

    /// <summary>Gets or sets the version that the device holds.</summary>
    public (ModelVersion Version, ulong Fingerprint)? Held { get; set; }
}
