using System.Collections.Immutable;
using System.Globalization;
using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation;

/// <summary>Makes up devices. The same arguments give the same devices on every machine.</summary>
/// <remarks>The figures are round ones of the right magnitude, to compare rules with; they are no measurement of anybody's devices.</remarks>
public static class DevicePopulation
{
    private const double SpeedSpread = 0.25;
    private const double ComputeSpread = 0.1;
    private const double LatencySpread = 0.5;
    private static readonly LatencyDistribution Compute = LatencyDistribution.LogNormal(1, ComputeSpread);

    /// <summary>Makes devices of one kind, whose speeds spread by about a quarter and memory by half.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The devices, named after their kind.</returns>
    /// <exception cref="ArgumentException">The kind's latency is not positive or not finite, or there are to be no devices.</exception>
    public static ImmutableArray<SimulatedDevice> Of(DeviceKind kind, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!(kind.LatencySeconds > 0 && kind.LatencySeconds <= TimeLimits.MaxSeconds))
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The kind '{kind.Name}' has the {nameof(kind.LatencySeconds)} {kind.LatencySeconds:R}; give it a positive one of at most {TimeLimits.MaxSeconds:R}."), nameof(kind));
        }

        return Make([.. Enumerable.Repeat(kind, count)], seed);
    }

    /// <summary>Makes two fifths phones, a quarter sensors, and watches for the rest.</summary>
    /// <param name="count">How many, at least 1.</param>
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

    /// <summary>Makes devices that are all alike, to study one thing at a time.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="prototype">What they are like; its name is followed by a number.</param>
    /// <returns>The devices.</returns>
    public static ImmutableArray<SimulatedDevice> Alike(int count, SimulatedDevice prototype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(prototype);
        return [.. Enumerable.Range(1, count).Select(i => prototype with { Name = $"{prototype.Name}-{i}" })];
    }

    /// <summary>Slows some devices down: their computing takes that much longer, or the whole job where <see cref="SimulatedDevice.JobDuration"/> says how long it takes.</summary>
    /// <param name="devices">The devices; at least one.</param>
    /// <param name="share">The share of stragglers, in [0, 1]; their number is rounded. The paper has 0.9.</param>
    /// <param name="factor">How many times longer they take; at least 1. Usual are 10 and 30.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="affinity">
    /// What makes a device a straggler: those for whom it is greatest are. The share of certain classes in a device's data makes stragglers and labels
    /// correlated. Null to draw them, independent of everything.
    /// </param>
    /// <param name="slowsLinks">
    /// Whether stragglers' links are slowed too: down- and uploads take that much longer; latencies stay. By default only computing is slowed.
    /// </param>
    /// <returns>The devices in the same order; stragglers are marked.</returns>
    /// <exception cref="ArgumentException">There are no devices, the share lies outside [0, 1], or the factor is below 1 or not finite.</exception>
    public static ImmutableArray<SimulatedDevice> WithStragglers(
        ImmutableArray<SimulatedDevice> devices, double share, double factor, ulong seed, Func<int, double>? affinity = null, bool slowsLinks = false)
    {
        if (devices.IsDefaultOrEmpty)
        {
            throw new ArgumentException("There are no devices to make stragglers of; give at least one.", nameof(devices));
        }

        Guard.Share(share);
        if (!(factor >= 1 && double.IsFinite(factor)))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "Stragglers take that many times as long; give a finite number of at least 1, such as 10.");
        }

        int[] order = [.. Enumerable.Range(0, devices.Length)];
        new SeededRandom(seed, RandomKey.Straggler).Shuffle<int>(order);
        if (affinity is not null)
        {
            // Stable, so that the draw decides between equals.
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
                MultiplyAddsPerSecond = kind.MultiplyAddsPerSecond * Math.Exp(SpeedSpread * random.NextGaussian()),
                DownloadBytesPerSecond = kind.DownloadBytesPerSecond,
                UploadBytesPerSecond = kind.UploadBytesPerSecond,
                Latency = latencies[kind],
                ComputeFactor = Compute,
            };
        })];
    }
}
