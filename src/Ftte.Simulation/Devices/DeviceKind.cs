namespace Ftte.Simulation;

/// <summary>A kind of device: what the typical one of it is like. Each device of a population differs from it a little.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MultiplyAddsPerSecond">How fast the typical one trains on one core.</param>
/// <param name="MinMemoryBytes">The memory that the weakest can spare, in bytes; others have up to half as much again.</param>
/// <param name="DownloadBytesPerSecond">How fast they receive.</param>
/// <param name="UploadBytesPerSecond">How fast they send.</param>
/// <param name="LatencySeconds">The median time that a message takes to arrive; positive, at most 1e9.</param>
public sealed record DeviceKind(
    string Name, double MultiplyAddsPerSecond, long MinMemoryBytes, double DownloadBytesPerSecond, double UploadBytesPerSecond, double LatencySeconds)
{
    /// <summary>Gets phones: a core of a current one on a mobile network.</summary>
    public static DeviceKind Phone { get; } = new("phone", 2e9, 8L << 20, 2.5e6, 1e6, 0.05);

    /// <summary>Gets watches: a slow core, reached through a phone.</summary>
    public static DeviceKind Watch { get; } = new("watch", 300e6, 2L << 20, 250e3, 125e3, 0.1);

    /// <summary>Gets sensors: a microcontroller with little memory on a radio of low power.</summary>
    public static DeviceKind Sensor { get; } = new("sensor", 60e6, 512L << 10, 30e3, 15e3, 0.3);
}
