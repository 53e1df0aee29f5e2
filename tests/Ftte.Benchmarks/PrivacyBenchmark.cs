using System.Buffers;
using System.Numerics.Tensors;
using System.Text.Json;
using Ftte.Numerics;
using Ftte.Privacy.Noise;
using Ftte.Privacy.SecureAggregation;

namespace Ftte.Benchmarks;

/// <summary>
/// Times what privacy adds per coordinate, next to the plain fold of an update: noise on the server, and quantization and one mask on the device. Then times the steps of one device and of the
/// server in a cohort. One thread.
/// </summary>
internal static class PrivacyBenchmark
{
    private const int Members = 32;
    private const int Threshold = 18;
    private const int Leaving = 3;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static int Run(string[] args)
    {
        Arguments arguments = Arguments.Parse(args, "--json", "--quick");
        int rounds = arguments.IsQuick ? 2 : 25;
        RateRow[] rates = [.. ((int[])[100_000, 1_000_000]).Select(length => MeasureRates(length, rounds))];
        foreach (RateRow row in rates)
        {
            Console.WriteLine($"{row.Coordinates,10:N0}  fold {row.FoldPerSecond / 1e9:F2} G/s  mask {row.MaskPerSecond / 1e9:F2}  quantize {row.QuantizePerSecond / 1e9:F2}  noise {row.NoisePerSecond / 1e9:F3}  add {row.AddPerSecond / 1e9:F2}");
        }

        CohortRow cohort = MeasureCohort(arguments.IsQuick ? 10_000 : 100_000, arguments.IsQuick ? 1 : 15);
        Console.WriteLine($"cohort of {Members}, {cohort.Coordinates:N0} values, {Leaving} leave: device {cohort.DeviceMilliseconds:F1} ms (announce {cohort.AnnounceMilliseconds:F1}, share {cohort.ShareMilliseconds:F1}, "
            + $"mask {cohort.MaskMilliseconds:F1}, unmask {cohort.UnmaskMilliseconds:F1}), sends {cohort.BytesSent:N0} B, receives {cohort.BytesReceived:N0} B; server removes the masks in {cohort.ServerMilliseconds:F1} ms");
        arguments.Save(JsonSerializer.Serialize(new { rates, cohort }, Json));
        return 0;
    }

    private static RateRow MeasureRates(int length, int rounds)
    {
        float[] values = [.. Enumerable.Range(0, length).Select(i => (((i * 2654435761L) % 1000) - 500) * 1e-5f)];
        long[] sums = new long[length];
        uint[] quantized = new uint[length], other = new uint[length];
        double[] normal = new double[length];
        var quantization = new SharedQuantization(0.01);
        using var generator = new GaussianGenerator(new byte[32]);
        using var mask = new MaskSet();
        mask.Include(new byte[32], isAdded: true);
        return new RateRow(
            length,
            Rate(() => FixedPointKernel.Fold(values, 0.5f, sums, 1)),
            Rate(() => mask.Apply(0, quantized)),
            Rate(() => quantization.Quantize(values, 0, 1, 256, quantized)),
            Rate(() =>
            {
                generator.Fill(normal);
                LatticeNoise.Add(normal, 0.01, sums);
            }),
            Rate(() => TensorPrimitives.Add<uint>(quantized, other, other)));

        double Rate(Action action) => length / MedianSeconds(rounds, action);
    }

    private static CohortRow MeasureCohort(int length, int rounds)
    {
        var header = new UpdateHeader(new ClientId("device"), new UpdateId(1), 1, default, default, 1);
        float[] values = [.. Enumerable.Range(0, length).Select(i => MathF.Sin(i) / 100)];
        double[] announce = new double[rounds], share = new double[rounds], mask = new double[rounds], unmask = new double[rounds], remove = new double[rounds], device = new double[rounds];
        long sent = 0, received = 0;

        // One round before, in which the code is compiled.
        for (int round = -1; round < rounds; round++)
        {
            var clock = new StepClock();
            CohortParticipant[] devices = [.. Enumerable.Range(0, Members).Select(_ => new CohortParticipant(header, length, 2))];
            devices[0].Dispose();
            clock.Restart();
            devices[0] = new CohortParticipant(header, length, 2);
            double announced = clock.Restart();
            var description = new CohortDescription(
                Guid.Empty, Threshold, 1, default, new SharedQuantization(0.01), [.. devices.Select(d => new CohortMember(256, d.Announcement.ShareKey, d.Announcement.MaskKey))]);
            var server = new Cohort(description, length);
            clock.Restart();
            EncryptedShares shares = devices[0].Join(description);
            double shared = clock.Restart();
            server.AddShares(0, shares);
            for (int i = 1; i < Members; i++)
            {
                server.AddShares(i, devices[i].Join(description));
            }

            server.EndStep();
            SharesForMember forMember = server.GetShares(0);
            var part = new uint[MaskSet.BufferLength];
            clock.Restart();
            MaskedUpdate masked = devices[0].Mask(forMember, values);
            for (int start = 0; start < length; start += part.Length)
            {
                masked.Read(start, part.AsMemory(0, Math.Min(part.Length, length - start)));
            }

            double wasMasked = clock.Restart();
            for (int i = 0; i < Members - Leaving; i++)
            {
                server.AddMasked(i, devices[i].Mask(server.GetShares(i), values));
            }

            server.EndStep();
            clock.Restart();
            UnmaskingShares revealed = devices[0].Unmask(server.Remaining);
            double unmasked = clock.Restart();
            for (int i = 0; i < Threshold; i++)
            {
                server.AddUnmasking(i, devices[i].Unmask(server.Remaining));
            }

            clock.Restart();
            if (!server.TryComplete(out _))
            {
                throw new InvalidOperationException("The cohort of the benchmark failed.");
            }

            double removed = clock.Restart();
            if (round >= 0)
            {
                (announce[round], share[round], mask[round], unmask[round], remove[round]) = (announced, shared, wasMasked, unmasked, removed);
                device[round] = announced + shared + wasMasked + unmasked;
            }

            sent = Size(o => CohortMessages.Write(o, devices[0].Announcement)) + Size(o => CohortMessages.Write(o, shares)) + ((long)length * masked.BytesPerValue) + Size(o => CohortMessages.Write(o, revealed));
            received = Size(o => CohortMessages.Write(o, description)) + Size(o => CohortMessages.Write(o, forMember)) + Size(o => CohortMessages.Write(o, server.Remaining));
            Array.ForEach(devices, d => d.Dispose());
        }

        return new CohortRow(length, Median(device), Median(announce), Median(share), Median(mask), Median(unmask), sent, received, Median(remove));
    }

    private static long Size(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenCount;
    }

    private static double MedianSeconds(int rounds, Action action)
    {
        var clock = new StepClock();
        double[] seconds = new double[rounds];

        // The first rounds are not counted: the code is compiled in steps.
        for (int round = -10; round < rounds; round++)
        {
            clock.Restart();
            action();
            double milliseconds = clock.Restart();
            if (round >= 0)
            {
                seconds[round] = milliseconds / 1000;
            }
        }

        return Median(seconds);
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed record RateRow(int Coordinates, double FoldPerSecond, double MaskPerSecond, double QuantizePerSecond, double NoisePerSecond, double AddPerSecond);

    private sealed record CohortRow(
        int Coordinates,
        double DeviceMilliseconds,
        double AnnounceMilliseconds,
        double ShareMilliseconds,
        double MaskMilliseconds,
        double UnmaskMilliseconds,
        long BytesSent,
        long BytesReceived,
        double ServerMilliseconds);

    /// <summary>Measures the time from one call to the next, in milliseconds.</summary>
    private sealed class StepClock
    {
        private long _started = TimeProvider.System.GetTimestamp();

        public double Restart()
        {
            double elapsed = TimeProvider.System.GetElapsedTime(_started).TotalMilliseconds;
            _started = TimeProvider.System.GetTimestamp();
            return elapsed;
        }
    }
}
