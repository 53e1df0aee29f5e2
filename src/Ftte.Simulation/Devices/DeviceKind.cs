namespace Ftte.Simulation;

/// <summary>Represents a kind of device by the properties of a typical one. The devices of a population differ a little from it.</summary>
/// <param name="Name">The name.</param>
/// <param name="MultiplyAddsPerSecond">The median training speed on one core, in multiply-adds per second.</param>
/// <param name="MinMemoryBytes">The minimum memory budget, in bytes. Devices have up to 1.5 times as much.</param>
/// <param name="DownloadBytesPerSecond">The download speed, in bytes per second.</param>
/// <param name="UploadBytesPerSecond">The upload speed, in bytes per second.</param>
/// <param name="LatencySeconds">The median latency of a message, in seconds; positive, at most 1e9.</param>
public sealed record DeviceKind(
    string Name, double MultiplyAddsPerSecond, long MinMemoryBytes, double DownloadBytesPerSecond, double UploadBytesPerSecond, double LatencySeconds)
{
    /// <summary>Gets phones: one core of a current phone on a mobile network.</summary>
    public static DeviceKind Phone { get; } = new("phone", 2e9, 8L << 20, 2.5e6, 1e6, 0.05) { ComputeWatts = 2, RadioWatts = 1.2 };

    /// <summary>Gets watches: a slow core, connected through a phone.</summary>
    public static DeviceKind Watch { get; } = new("watch", 300e6, 2L << 20, 250e3, 125e3, 0.1) { ComputeWatts = 0.3, RadioWatts = 0.15 };

    /// <summary>Gets sensors: a microcontroller with little memory and a low-power radio.</summary>
    public static DeviceKind Sensor { get; } = new("sensor", 60e6, 512L << 10, 30e3, 15e3, 0.3) { ComputeWatts = 0.05, RadioWatts = 0.05 };

    /// <summary>Gets the power that a device consumes while it computes, in watts; see <see cref="SimulatedDevice.ComputeWatts"/>.</summary>
    /// <value>Default 0. The values of the kinds above are assumed magnitudes, not measurements.</value>
    public double ComputeWatts { get; init; }

    /// <summary>Gets the power that a device consumes while it sends or receives, in watts; see <see cref="SimulatedDevice.RadioWatts"/>.</summary>
    /// <value>Default 0. The values of the kinds above are assumed magnitudes, not measurements.</value>
    public double RadioWatts { get; init; }
}
