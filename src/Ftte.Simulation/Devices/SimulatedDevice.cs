using Ftte.Simulation.Availability;
using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation;

/// <summary>What a simulated device is like. The same for every rule that is compared.</summary>
/// <remarks>
/// A job takes, while the device is there: the request's latency, the download, the computation, the upload, the update's latency. Computing takes the job's
/// multiply-adds over <see cref="MultiplyAddsPerSecond"/>, times a factor drawn for that job. Immutable; share availabilities and laws between devices.
/// </remarks>
public sealed record SimulatedDevice
{
    private static readonly TimeSpan MostSkew = TimeSpan.FromDays(3650);

    /// <summary>Gets the name under which it takes part; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what kind of device it is, such as <c>watch</c>; for reports.</summary>
    public string Kind { get; init; } = "device";

    /// <summary>Gets how fast it trains, in multiply-adds per second.</summary>
    /// <value>Default 1e9.</value>
    public double MultiplyAddsPerSecond { get; init; } = 1e9;

    /// <summary>Gets the memory that it can spare for training, in bytes.</summary>
    /// <value>Default: no limit.</value>
    public long MemoryBudgetBytes { get; init; } = long.MaxValue;

    /// <summary>Gets how fast it receives, in bytes per second.</summary>
    /// <value>Default 1e6.</value>
    public double DownloadBytesPerSecond { get; init; } = 1e6;

    /// <summary>Gets how fast it sends, in bytes per second.</summary>
    /// <value>Default 1e6.</value>
    public double UploadBytesPerSecond { get; init; } = 1e6;

    /// <summary>Gets the law of the time that a message takes to arrive, transfer not counted, in seconds; drawn anew for each.</summary>
    /// <value>Default 0.</value>
    public LatencyDistribution Latency { get; init; } = LatencyDistribution.Constant(0);

    /// <summary>Gets the law of the factor by which computing one job takes longer than usual.</summary>
    /// <value>Default 1.</value>
    public LatencyDistribution ComputeFactor { get; init; } = LatencyDistribution.Constant(1);

    /// <summary>Gets the law of a whole job's duration in seconds, whatever is computed and sent; as in experiments that model nothing else.</summary>
    /// <value>Default null: durations follow from the work.</value>
    public LatencyDistribution? JobDuration { get; init; }

    /// <summary>Gets when it is there.</summary>
    /// <value>Default <see cref="AvailabilityPattern.Always"/>.</value>
    public AvailabilityPattern Availability { get; init; } = AvailabilityPattern.Always;

    /// <summary>Gets the probability that it gives a job up half-way and is never heard of again until it asks for the next one.</summary>
    /// <value>Default 0.</value>
    public double DropOut { get; init; }

    /// <summary>Gets how far its clock runs ahead of the server's; shifts its hours, and must not change anything else.</summary>
    /// <value>Default zero; negative if it runs behind. At most ten years (3,650 days) either way.</value>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>Gets whether reports count it as a straggler.</summary>
    public bool IsStraggler { get; init; }

    internal void Validate()
    {
        _ = new ClientId(Name);
        Guard.Positive(MultiplyAddsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBudgetBytes);
        Guard.Positive(DownloadBytesPerSecond);
        Guard.Positive(UploadBytesPerSecond);
        Guard.Share(DropOut);
        ArgumentNullException.ThrowIfNull(Latency);
        ArgumentNullException.ThrowIfNull(ComputeFactor);
        ArgumentNullException.ThrowIfNull(Availability);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClockSkew, -MostSkew);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ClockSkew, MostSkew);
    }
}
