using Ftte.Simulation.Randomness;

namespace Quickstart;

/// <summary>Makes up the devices that take part.</summary>
/// <remarks>
/// Kinds and speeds are dealt out like cards, so their counts are exact, and from a seed of their own, so that neither says anything about the
/// other or about whose handwriting a device holds.
/// </remarks>
internal static class DevicePopulation
{
    /// <summary>How much longer a slow device computes.</summary>
    public const double SlowFactor = 10;

    private const double FastSecondsPerExample = 0.02;
    private const ulong KindStream = 0x4B696E64;
    private const ulong SpeedStream = 0x5370656564;
    private const ulong DetailStream = 0x44657461696C;

    /// <summary>Makes one device for each count of examples.</summary>
    public static DeviceSpec[] Create(ulong seed, ReadOnlySpan<int> exampleCounts)
    {
        int count = exampleCounts.Length;
        DeviceKind[] kinds = DealKinds(seed, count);
        bool[] slow = DealSpeeds(seed, count);
        var devices = new DeviceSpec[count];
        for (int i = 0; i < count; i++)
        {
            var random = new SeededRandom(seed, DetailStream, (ulong)i);
            DeviceKind kind = kinds[i];
            devices[i] = new DeviceSpec(
                $"{kind.Name}-{i + 1}",
                kind,
                (long)(kind.LeastMemoryBytes * random.NextSingle(1, 1.5f)),
                slow[i],
                FastSecondsPerExample * (slow[i] ? SlowFactor : 1),
                kind.DownloadBytesPerSecond,
                kind.UploadBytesPerSecond,
                exampleCounts[i]);
        }

        return devices;
    }

    /// <summary>Says how many of the devices are slow: nine in ten, rounded.</summary>
    public static int SlowCount(int devices) => ((9 * devices) + 5) / 10;

    private static DeviceKind[] DealKinds(ulong seed, int count)
    {
        int phones = 2 * count / 5;
        int sensors = count / 4;
        var kinds = new DeviceKind[count];
        Array.Fill(kinds, DeviceKind.Watch);
        kinds.AsSpan(0, phones).Fill(DeviceKind.Phone);
        kinds.AsSpan(phones, sensors).Fill(DeviceKind.Sensor);
        new SeededRandom(seed, KindStream).Shuffle<DeviceKind>(kinds);
        return kinds;
    }

    private static bool[] DealSpeeds(ulong seed, int count)
    {
        bool[] slow = new bool[count];
        slow.AsSpan(0, SlowCount(count)).Fill(true);
        new SeededRandom(seed, SpeedStream).Shuffle<bool>(slow);
        return slow;
    }
}
