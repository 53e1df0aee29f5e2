using System.Collections.Immutable;
using System.Globalization;
using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation;

/// <summary>Creates synthetic devices. The same arguments give the same devices on every machine.</summary>
/// <remarks>The properties have realistic magnitudes for comparing rules; they are not measurements of real devices.</remarks>
public static class DevicePopulation
{
    private const double SpeedSpread = 0.25;
    private const double ComputeSpread = 0.1;
    private const double LatencySpread = 0.5;
    private static readonly LatencyDistribution Compute = LatencyDistribution.LogNormal(1, ComputeSpread);

    /// <summary>Creates devices of one kind. Speeds vary by about a quarter, and memory by half.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="count">The number of devices; at least 1.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The devices. Their names consist of the kind and a number.</returns>
    /// <exception cref="ArgumentException">The latency of the kind is not positive or not finite, or the number of devices is less than 1.</exception>
    public static ImmutableArray<SimulatedDevice> Of(DeviceKind kind, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!(kind.LatencySeconds > 0 && kind.LatencySeconds <= TimeLimits.MaxSeconds))
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The kind '{kind.Name}' has the {nameof(kind.LatencySeconds)} {kind.LatencySeconds:R}. Specify a positive latency of at most {TimeLimits.MaxSeconds:R}."), nameof(kind));
        }

        return Make([.. Enumerable.Repeat(kind, count)], seed);
    }

    /// <summary>Creates a mixed population: two fifths phones, a quarter sensors, and the rest watches.</summary>
    /// <param name="count">The number of devices; at least 1.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The devices, in random order.</returns>
    public static ImmutableArray<SimulatedDevice> Mixed(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int phones = 2 * count / 5, sensors = count / 4;
        var kinds = new DeviceKind[count];
        Array.Fill(kinds, DeviceKind.Watch);
        kinds.AsSpan(0, phones).Fill(DeviceKind.Phone);
        kinds.AsSpan(phones, sensors).Fill(DeviceKind.Sensor);
        new SeededRandom(seed, RandomKey.Kind).Shuffle<DeviceKind>(kinds);
        return Make(kinds, seed);
    }

    /// <summary>Creates identical devices.</summary>
    /// <param name="count">The number of devices; at least 1.</param>
    /// <param name="prototype">The device to copy. A number is appended to its name.</param>
    /// <returns>The devices.</returns>
    public static ImmutableArray<SimulatedDevice> Alike(int count, SimulatedDevice prototype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(prototype);
        return [.. Enumerable.Range(1, count).Select(i => prototype with { Name = $"{prototype.Name}-{i}" })];
    }

    /// <summary>Slows some devices down (stragglers). Their computation takes longer; if <see cref="SimulatedDevice.JobDuration"/> is set, their whole jobs do.</summary>
    /// <param name="devices">The devices; at least one.</param>
    /// <param name="share">The share of stragglers, in [0, 1]. Their number is rounded. The paper uses 0.9.</param>
    /// <param name="factor">The factor by which durations increase; at least 1. Common values are 10 and 30.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="affinity">
    /// Ranks the devices by index: those with the greatest values become stragglers. For example, the share of some classes in a device's data correlates
    /// stragglers with labels. Null to choose stragglers at random.
    /// </param>
    /// <param name="slowsLinks">
    /// Whether downloads and uploads of stragglers are slowed too. Latencies stay the same. By default, only computation is slowed.
    /// </param>
    /// <returns>The devices in the same order; stragglers are marked.</returns>
    /// <exception cref="ArgumentException">There are no devices, the share is not in [0, 1], or the factor is below 1 or not finite.</exception>
    public static ImmutableArray<SimulatedDevice> WithStragglers(
        ImmutableArray<SimulatedDevice> devices, double share, double factor, ulong seed, Func<int, double>? affinity = null, bool slowsLinks = false)
    {
        if (devices.IsDefaultOrEmpty)
        {
            throw new ArgumentException("There are no devices. Specify at least one.", nameof(devices));
        }

        Guard.Share(share);
        if (!(factor >= 1 && double.IsFinite(factor)))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor must be finite and at least 1. Specify a factor such as 10.");
        }

        int[] order = [.. Enumerable.Range(0, devices.Length)];
        new SeededRandom(seed, RandomKey.Straggler).Shuffle<int>(order);
        if (affinity is not null)
        {
            // The sort is stable, so the random order decides between equal values.
            order = [.. order.OrderByDescending(affinity)];
        }

        int count = (int)Math.Round(share * devices.Length, MidpointRounding.AwayFromZero);
        ImmutableArray<SimulatedDevice>.Builder slowed = devices.ToBuilder();
        double link = slowsLinks ? factor : 1;
        foreach (int i in order.Take(count))
        {
            SimulatedDevice device = slowed[i];
            slowed[i] = device with
            {
                MultiplyAddsPerSecond = device.MultiplyAddsPerSecond / factor,
                DownloadBytesPerSecond = device.DownloadBytesPerSecond / link,
                UploadBytesPerSecond = device.UploadBytesPerSecond / link,
                JobDuration = device.JobDuration?.Scaled(factor),
                IsStraggler = true,
            };
        }

        return slowed.MoveToImmutable();
    }

    private static ImmutableArray<SimulatedDevice> Make(DeviceKind[] kinds, ulong seed)
    {
        Dictionary<DeviceKind, LatencyDistribution> latencies = kinds.Distinct().ToDictionary(k => k, k => LatencyDistribution.LogNormal(k.LatencySeconds, LatencySpread));
        return [.. kinds.Select((kind, i) =>
        {
            var random = new SeededRandom(seed, RandomKey.Detail, (ulong)i);
            return new SimulatedDevice
            {
                Name = $"{kind.Name}-{i + 1}",
                Kind = kind.Name,
                MemoryBudgetBytes = (long)(kind.MinMemoryBytes * (1 + (0.5 * random.NextDouble()))),
                MultiplyAddsPerSecond = kind.MultiplyAddsPerSecond * PortableMath.Exp(SpeedSpread * random.NextGaussian()),
                DownloadBytesPerSecond = kind.DownloadBytesPerSecond,
                UploadBytesPerSecond = kind.UploadBytesPerSecond,
                Latency = latencies[kind],
                ComputeFactor = Compute,
                ComputeWatts = kind.ComputeWatts,
                RadioWatts = kind.RadioWatts,
            };
        })];
    }
}
