using System.Collections.Immutable;
using Ftte.Privacy.Cryptography;
using Ftte.Privacy.SecureAggregation;
using Ftte.Wire;

namespace Ftte.Privacy.Tests;

/// <summary>A cohort of devices and the server, without a transport. Records everything that the server receives.</summary>
internal sealed class CohortBench : IDisposable
{
    public const ulong Layout = 77;

    private readonly ulong _seed;

    /// <param name="weights">The weights of the members, one per member.</param>
    /// <param name="threshold">The threshold.</param>
    /// <param name="length">The number of values.</param>
    /// <param name="seed">The seed of keys and values.</param>
    /// <param name="quantization">The quantization; null for 16 bits.</param>
    public CohortBench(ImmutableArray<int> weights, int threshold, int length = 5, ulong seed = 1, SharedQuantization? quantization = null)
    {
        _seed = seed;
        var random = new Random((int)seed);
        Values = [.. weights.Select(_ => Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 2.2f) - 1.1f).ToArray())];
        Devices = [.. weights.Select((_, i) => new CohortParticipant(HeaderOf(i), length, minContributors: 2, new TestSecretGenerator((seed * 1000) + (ulong)i)))];
        Description = new CohortDescription(
            new Guid((int)seed, 0, 0, new byte[8]), threshold, Layout, new SelectionVersion(3), quantization ?? new SharedQuantization(1),
            [.. weights.Select((weight, i) => new CohortMember(weight, Devices[i].Announcement.ShareKey, Devices[i].Announcement.MaskKey))]);
        Server = new Cohort(Description, length);
    }

    public CohortDescription Description { get; set; }

    public CohortParticipant[] Devices { get; }

    public float[][] Values { get; }

    public Cohort Server { get; }

    public CohortSum? Sum { get; private set; }

    public Dictionary<int, EncryptedShares> SharesReceived { get; } = [];

    public Dictionary<int, uint[]> MaskedReceived { get; } = [];

    public Dictionary<int, UnmaskingShares> UnmaskingReceived { get; } = [];

    public UpdateHeader HeaderOf(int device) => new(new ClientId($"device-{device}"), new UpdateId(_seed), Layout, default, new SelectionVersion(3), ExampleCount: 1);

    /// <summary>Quantizes and weighs the values of a device as the plain twin does: one value at a time.</summary>
    public int[] Weighted(int device, float[]? values = null)
    {
        var quantized = new uint[Values[device].Length];
        Description.Quantization.Quantize(values ?? Values[device], 0, WireMessage.GetSeed(HeaderOf(device).Client, HeaderOf(device).Id), 1, quantized);
        return [.. quantized.Select(value => (int)value * Description.Members[device].Weight)];
    }

    /// <summary>Adds the weighted integers of devices in the clear.</summary>
    public int[] PlainSum(IEnumerable<int> devices)
    {
        var sum = new long[Values[0].Length];
        foreach (int device in devices)
        {
            int[] weighted = Weighted(device);
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += weighted[i];
            }
        }

        return [.. sum.Select(value => checked((int)value))];
    }

    /// <summary>Runs the cohort.</summary>
    /// <param name="answers">The number of steps that each device answers, from 0 to 3; it leaves afterwards.</param>
    /// <param name="order">The order in which devices answer; null for the order of their indices.</param>
    /// <returns>The step at which the server ended.</returns>
    public CohortStep Run(IReadOnlyList<int> answers, int[]? order = null)
    {
        order ??= [.. Enumerable.Range(0, Devices.Length)];
        foreach (int device in order.Where(i => answers[i] >= 1))
        {
            SharesReceived[device] = Devices[device].Join(Description);
            Server.AddShares(device, SharesReceived[device]);
        }

        Server.EndStep();
        if (Server.Step == CohortStep.Failed)
        {
            return Server.Step;
        }

        foreach (int device in order.Where(i => answers[i] >= 2))
        {
            MaskedUpdate masked = Devices[device].Mask(Server.GetShares(device), Values[device]);
            MaskedReceived[device] = new uint[masked.Count];
            masked.Read(0, MaskedReceived[device]);
            Server.AddMasked(device, masked);
        }

        Server.EndStep();
        if (Server.Step == CohortStep.Failed)
        {
            return Server.Step;
        }

        foreach (int device in order.Where(i => answers[i] >= 3))
        {
            UnmaskingReceived[device] = Devices[device].Unmask(Server.Remaining);
            Server.AddUnmasking(device, UnmaskingReceived[device]);
        }

        if (Server.TryComplete(out CohortSum? sum))
        {
            Sum = sum;
        }
        else
        {
            Server.EndStep();
        }

        return Server.Step;
    }

    public void Dispose() => Array.ForEach(Devices, device => device.Dispose());
}
