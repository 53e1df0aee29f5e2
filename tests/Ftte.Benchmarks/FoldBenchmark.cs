using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Benchmarks;

/// <summary>
/// Times the aggregator's ingest path, from the packed values of an update to the accumulator with every check on the way, against a bare
/// multiply-add over arrays of the same length, in turn, on one thread.
/// </summary>
/// <remarks>
/// An update measures its moments when it is sealed, on the device or by the wire reader; that pass is timed on its own
/// (measurePerSecond) and together with the fold (sealAndFoldPerSecond).
/// </remarks>
internal static class FoldBenchmark
{
    private const int Rounds = 25;
    private const int WarmUp = 15; // two buffers each: past the 20 versions for which accepted updates are remembered, so that sets no longer grow
    private const int Capacity = 256;
    private static readonly ClientId[] Clients = [.. Enumerable.Range(0, Capacity).Select(i => new ClientId($"device-{i}"))];

    public static int Run(string[] args)
    {
        Arguments arguments = Arguments.Parse(args, "--json", "--quick");
        var rows = new List<Row>();
        int[] lengths = arguments.IsQuick ? [10_000] : [10_000, 1_000_000, 25_000_000];
        foreach (int coordinates in lengths)
        {
            Row row = Measure(coordinates, arguments.IsQuick);
            rows.Add(row);
            Console.WriteLine(
                $"{row.Coordinates,10:N0}  fold {row.FoldPerSecond / 1e9,5:F2} G/s ({row.FoldPerSecond / row.MultiplyAddPerSecond:P0} of MultiplyAdd {row.MultiplyAddPerSecond / 1e9:F2})  "
                + $"seal and fold {row.SealAndFoldPerSecond / 1e9:F2}  measure {row.MeasurePerSecond / 1e9:F2}  {row.AllocatedBytesPerUpdate:F1} B per update  {row.VectorBits}-bit");
        }

        arguments.Save(JsonSerializer.Serialize(rows, Json));
        return 0;
    }

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    private static Row Measure(int coordinates, bool isQuick)
    {
        int rounds = isQuick ? 3 : Rounds;
        int repeats = Math.Clamp(40_000_000 / coordinates, 1, Capacity - 1);
        var layout = ParameterLayout.Create(("vector", [coordinates]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        var values = new float[coordinates];
        for (int i = 0; i < coordinates; i++)
        {
            values[i] = ((i * 2654435761L) % 1000 - 500) * 1e-5f;
        }

        // The buffer takes all updates of a round and is published between rounds: what is timed is ingest, not publication.
        var aggregator = new BufferedAggregator(
            new ModelSnapshot(layout, default, new float[coordinates]),
            selections,
            new BufferedAggregatorOptions { Capacity = Capacity, FlushShare = 0 });
        var owner = new SharedOwner(values);
        var made = new SparseUpdate[repeats];
        int next = 0;
        var y = new float[coordinates];
        Action foldOne = () => Fold(aggregator, made[next++]);
        Action sealAndFoldOne = () => Fold(aggregator, new SparseUpdate(made[next++].Header, owner, coordinates));
        Action multiplyAddOne = () => TensorPrimitives.MultiplyAdd(values, 0.5f, y, y);
        Action measureOne = () => UpdateMoments.Measure(values);
        var fold = new List<double>();
        var multiplyAdd = new List<double>();
        var measure = new List<double>();
        var sealAndFold = new List<double>();
        long allocated = 0;
        // The compiler takes a while to settle on its best code, whatever the length of a round.
        long begun = TimeProvider.System.GetTimestamp();
        for (int round = -WarmUp; round < rounds; round++)
        {
            StartBuffer();
            long before = GC.GetAllocatedBytesForCurrentThread();
            double foldSeconds = Seconds(repeats, foldOne);
            long after = GC.GetAllocatedBytesForCurrentThread();
            double multiplyAddSeconds = Seconds(repeats, multiplyAddOne);
            double measureSeconds = Seconds(repeats, measureOne);
            StartBuffer();
            double bothSeconds = Seconds(repeats, sealAndFoldOne);
            if (round == -1 && !isQuick && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(2))
            {
                round = -2;
            }

            if (round >= 0)
            {
                allocated += after - before;
                fold.Add(foldSeconds);
                multiplyAdd.Add(multiplyAddSeconds);
                measure.Add(measureSeconds);
                sealAndFold.Add(bothSeconds);
            }
        }

        void StartBuffer()
        {
            aggregator.FlushAsync().AsTask().Wait();
            next = 0;
            for (int i = 0; i < made.Length; i++)
            {
                ModelVersion version = aggregator.Current.Version;
                made[i] = new SparseUpdate(new UpdateHeader(Clients[i], new UpdateId((ulong)version.Number << 32 | (uint)i), layout.Fingerprint, version, default, 32), owner, coordinates);
            }
        }

        return new Row(
            coordinates,
            coordinates / Median(fold),
            coordinates / Median(multiplyAdd),
            allocated / (double)(rounds * repeats),
            coordinates / Median(measure),
            coordinates / Median(sealAndFold),
            Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128);
    }

    private static void Fold(BufferedAggregator aggregator, SparseUpdate update)
    {
        ValueTask<UpdateReceipt> folding = aggregator.AggregateAsync(update);
        UpdateOutcome outcome = folding.IsCompletedSuccessfully ? folding.Result.Outcome : UpdateOutcome.None;
        if (outcome != UpdateOutcome.Buffered)
        {
            throw new InvalidOperationException($"An update of the benchmark was {outcome}.");
        }
    }

    private static double Seconds(int repeats, Action action)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < repeats; i++)
        {
            action();
        }

        return TimeProvider.System.GetElapsedTime(start).TotalSeconds / repeats;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private sealed record Row(
        int Coordinates,
        double FoldPerSecond,
        double MultiplyAddPerSecond,
        double AllocatedBytesPerUpdate,
        double MeasurePerSecond,
        double SealAndFoldPerSecond,
        int VectorBits);

    /// <summary>Lets all updates of the run share one array, so that memory does not set the scene.</summary>
    private sealed class SharedOwner(float[] values) : System.Buffers.IMemoryOwner<float>
    {
        public Memory<float> Memory => values;

        public void Dispose()
        {
        }
    }
}
