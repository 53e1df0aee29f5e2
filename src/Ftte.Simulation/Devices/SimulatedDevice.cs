using Ftte.Simulation.Availability;
using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation;

/// <summary>Represents a simulated device. Use the same devices for all compared rules.</summary>
/// <remarks>
/// The duration of a job is the sum of the request's latency, the download, the computation, the upload and the update's latency. Time counts only while the device is
/// available. The computation takes the multiply-adds of the job divided by <see cref="MultiplyAddsPerSecond"/>, times a factor drawn for the job. Immutable; devices
/// may share availability patterns and distributions.
/// </remarks>
public sealed record SimulatedDevice
{
    private static readonly TimeSpan MaxSkew = TimeSpan.FromDays(3650);

    /// <summary>Gets the unique name. It is also the client ID.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the kind of the device in reports, such as <c>watch</c>.</summary>
    public string Kind { get; init; } = "device";

    /// <summary>Gets the training speed, in multiply-adds per second.</summary>
    /// <value>Default 1e9.</value>
    public double MultiplyAddsPerSecond { get; init; } = 1e9;

    /// <summary>Gets the memory budget for training, in bytes.</summary>
    /// <value>Default: no limit.</value>
    public long MemoryBudgetBytes { get; init; } = long.MaxValue;

    /// <summary>Gets the download speed, in bytes per second.</summary>
    /// <value>Default 1e6.</value>
    public double DownloadBytesPerSecond { get; init; } = 1e6;

    /// <summary>Gets the upload speed, in bytes per second.</summary>
    /// <value>Default 1e6.</value>
    public double UploadBytesPerSecond { get; init; } = 1e6;

    /// <summary>Gets the power that the device consumes while it computes, in watts, above what it consumes anyway.</summary>
    /// <value>Default 0: unknown. Does not influence the run; <see cref="GroupCosts"/> derives energy from it.</value>
    public double ComputeWatts { get; init; }

    /// <summary>Gets the power that the device consumes while it sends or receives, in watts, above what it consumes anyway.</summary>
    /// <value>Default 0: unknown. Does not influence the run; <see cref="GroupCosts"/> derives energy from it.</value>
    public double RadioWatts { get; init; }

    /// <summary>Gets the distribution of the latency of a message, in seconds, without the transfer. A value is drawn for each message.</summary>
    /// <value>Default 0.</value>
    public LatencyDistribution Latency { get; init; } = LatencyDistribution.Constant(0);

    /// <summary>Gets the distribution of the factor by which the computation of a job takes longer. A value is drawn for each job.</summary>
    /// <value>Default 1.</value>
    public LatencyDistribution ComputeFactor { get; init; } = LatencyDistribution.Constant(1);

    /// <summary>Gets the distribution of the duration of a whole job, in seconds. If set, speeds and latencies do not matter.</summary>
    /// <value>Default null: the duration depends on the work.</value>
    public LatencyDistribution? JobDuration { get; init; }

    /// <summary>Gets when the device is available.</summary>
    /// <value>Default <see cref="AvailabilityPattern.Always"/>.</value>
    public AvailabilityPattern Availability { get; init; } = AvailabilityPattern.Always;

    /// <summary>Gets the probability that the device drops a job without notifying the server.</summary>
    /// <value>Default 0.</value>
    public double DropOut { get; init; }

    /// <summary>Gets the skew of the device's clock: positive if it is ahead of the server's clock. The skew only shifts the availability pattern.</summary>
    /// <value>Default zero. At most ten years (3,650 days) in either direction.</value>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>Gets the work that the device accepts.</summary>
    /// <value>Default: it trains and, if the rule has an <see cref="SimulationRule.Evaluation"/>, evaluates. A device that only evaluates takes part without training, for example as a newcomer.</value>
    public ClientRole Role { get; init; }

    /// <summary>Gets a value that indicates whether reports count the device as a straggler.</summary>
    public bool IsStraggler { get; init; }

    internal void Validate()
    {
        _ = new ClientId(Name);
        Guard.Positive(MultiplyAddsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBudgetBytes);
        Guard.Positive(DownloadBytesPerSecond);
        Guard.Positive(UploadBytesPerSecond);
        Guard.NotNegative(ComputeWatts);
        Guard.NotNegative(RadioWatts);
        Guard.Share(DropOut);
        ArgumentNullException.ThrowIfNull(Latency);
        ArgumentNullException.ThrowIfNull(ComputeFactor);
        ArgumentNullException.ThrowIfNull(Availability);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClockSkew, -MaxSkew);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ClockSkew, MaxSkew);
    }
}
