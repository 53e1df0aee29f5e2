using System.Text.Json;
using Ftte.TinyEngine;

namespace Ftte.Benchmarks;

/// <summary>Times the predictions of the zoo's networks: probabilities of one example and of a batch, from inputs in memory and parameters in every format that is asked for.</summary>
/// <remarks>The number of examples that run at once does not change the bits, so the fastest of a few is taken, and named in the row.</remarks>
internal static class InferenceBenchmark
{
    private const int Rounds = 7;
    private const int WarmUpCalls = 40;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static int Run(string[] args)
    {
        const int MaxThreads = 64;
        Arguments arguments = Arguments.Parse(args, "--threads", "--models", "--formats", "--json", "--quick");
        int threads = arguments.Number("--threads", 1, 1, MaxThreads);
        string[] formats = arguments.Names("--formats", [nameof(FrozenFormat.Float32)], Enum.GetNames<FrozenFormat>());
        var lines = new List<string>();
        foreach (string model in arguments.Names("--models", ["resnet8", "dscnn", "mobilenetv2-0.35", "mlp"], BenchmarkNetworks.Names))
        {
            foreach (int batch in (int[])[1, 32])
            {
                foreach (FrozenFormat format in formats.Select(Enum.Parse<FrozenFormat>))
                {
                    Row best = ((int[])[1, 4, 32]).Where(size => size <= batch)
                        .Select(size => Measure(model, format, threads, batch, size, arguments.IsQuick)).MaxBy(row => row.SamplesPerSecond)!;
                    lines.Add(JsonSerializer.Serialize(best, Json));
                    Console.WriteLine(lines[^1]);
                }
            }
        }

        arguments.Save(string.Concat(lines.Select(line => line + "\n")));
        return 0;
    }

    private static Row Measure(string model, FrozenFormat format, int threads, int batch, int atOnce, bool isQuick)
    {
        Network network = BenchmarkNetworks.Create(model);
        using FrozenParameters parameters = FrozenParameters.Compress(network, network.Initialize(1), format);
        using Predictor predictor = network.CreateFrozenPredictor(parameters, new PredictorOptions { BatchSize = atOnce, Threads = threads });
        var random = new Random(1);
        float[] inputs = [.. Enumerable.Range(0, batch * network.InputLength).Select(_ => (2 * random.NextSingle()) - 1)];
        float[] probabilities = new float[batch * predictor.ProbabilityLength];
        Time(isQuick ? 2 : WarmUpCalls, isQuick ? TimeSpan.Zero : WarmUp);
        double[] seconds = new double[isQuick ? 1 : Rounds];
        long before = GC.GetAllocatedBytesForCurrentThread(), calls = 0;
        for (int round = 0; round < seconds.Length; round++)
        {
            (double elapsed, int count) = Time(1, isQuick ? TimeSpan.Zero : RoundTime);
            (seconds[round], calls) = (elapsed / count, calls + count);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Array.Sort(seconds);
        return new Row(
            model,
            format.ToString(),
            threads,
            batch,
            Math.Round(batch / seconds[seconds.Length / 2], 1),
            predictor.Plan.ParameterBytes,
            predictor.Plan.ArenaBytes,
            (double)allocated / calls,
            atOnce);

        (double Seconds, int Calls) Time(int minCalls, TimeSpan minTime)
        {
            long start = TimeProvider.System.GetTimestamp();
            int count = 0;
            TimeSpan elapsed = TimeSpan.Zero;
            while (count < minCalls || elapsed < minTime)
            {
                predictor.Predict(inputs, new PredictionBuffers { Probabilities = probabilities });
                count++;
                elapsed = TimeProvider.System.GetElapsedTime(start);
            }

            return (elapsed.TotalSeconds, count);
        }
    }

    private sealed record Row(
        string Model, string Format, int Threads, int Batch, double SamplesPerSecond, long ParameterBytes, long ArenaBytes, double AllocatedBytesPerCall, int AtOnce);
}
