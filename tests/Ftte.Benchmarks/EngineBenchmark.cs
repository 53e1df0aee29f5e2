using System.Text.Json;
using Ftte.TinyEngine;

namespace Ftte.Benchmarks;

/// <summary>Times training steps of networks, with all parameters and with about the last third of them.</summary>
/// <remarks>
/// The step is the whole one: forward, loss, backward and update, with frozen normalisation statistics, on random images in memory. Micro-batches
/// give the same bits at every size, so the fastest of a few sizes is taken, and named in the row. Rows with <c>cached</c> keep the frozen prefix's features of
/// their examples, as a device can that goes over its data more than once.
/// </remarks>
internal static class EngineBenchmark
{
    private const int Rounds = 7;
    private const int WarmUpSteps = 40;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWarmUp = TimeSpan.FromSeconds(4);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static int Run(string[] args)
    {
        const int MaxThreads = 256;
        Arguments arguments = Arguments.Parse(args, "--threads", "--models", "--json", "--quick");
        int threads = arguments.Number("--threads", 1, 1, MaxThreads);
        string[] models = arguments.Names("--models", ["cnn", "resnet8", "resnet20", "dscnn", "mobilenetv2-0.35"], BenchmarkNetworks.Names);
        var pace = arguments.IsQuick ? new Pace(1, 2, TimeSpan.FromMilliseconds(10), TimeSpan.Zero, TimeSpan.FromSeconds(1)) : new Pace(Rounds, WarmUpSteps, RoundTime, WarmUp, MaxWarmUp);
        var lines = new List<string>();
        foreach (string model in models)
        {
            foreach (int batch in (int[])[1, 8, 32])
            {
                Report(Measure(model, threads, batch, pace, isSuffix: false, isCached: false));
                Report(Measure(model, threads, batch, pace, isSuffix: true, isCached: false));
                Report(Measure(model, threads, batch, pace, isSuffix: true, isCached: true));
            }
        }

        (double gemm, double peak) = GemmBenchmark.Measure(arguments.IsQuick);
        Report(new { GemmGflops = Math.Round(gemm, 1), FmaPeakGflops = Math.Round(peak, 1) });
        arguments.Save(string.Concat(lines.Select(line => line + "\n")));
        return 0;

        void Report(object row)
        {
            lines.Add(JsonSerializer.Serialize(row, Json));
            Console.WriteLine(lines[^1]);
        }
    }

    private static Row Measure(string model, int threads, int batch, Pace pace, bool isSuffix, bool isCached)
    {
        Network network = BenchmarkNetworks.Create(model);
        ParameterSelection selection = isSuffix ? BenchmarkNetworks.LastThird(network) : network.Trainable;
        float[] parameters = network.Initialize(1);
        IExampleSource examples = RandomExamples.For(network, batch);
        var best = new Row(model, threads, batch, selection.Count, network.Trainable.Count, 0, 0, 0, 0, isCached);
        foreach (int micro in ((int[])[1, 2, 4, 8, 32]).Where(m => m <= batch && (!isCached || m == batch)))
        {
            var engine = new EngineOptions
            {
                MicroBatchSize = micro < batch ? micro : null,
                Threads = threads,
                PrefixExamples = Math.Min(micro, 4),
                CacheFrozenFeatures = isCached,
            };
            Row row = Time(network, selection, parameters, examples, engine, pace, best with { MicroBatch = micro });
            best = row.SamplesPerSecond > best.SamplesPerSecond ? row : best;
        }

        return best;
    }

    /// <summary>Runs training and reads the clock from its progress, so that planning and the first steps do not count.</summary>
    private static Row Time(Network network, ParameterSelection selection, float[] parameters, IExampleSource examples, EngineOptions engine, Pace pace, Row row)
    {
        var seconds = new List<double>();
        long first = 0, begun = 0, allocatedBefore = 0, allocated = 0;
        int steps = 0, measured = 0;
        using var stop = new CancellationTokenSource();
        var options = new SgdOptions { BatchSize = examples.Count, Steps = int.MaxValue, LearningRate = 1e-5f, ClipRatio = null };
        options.Progress = _ =>
        {
            long now = TimeProvider.System.GetTimestamp();
            steps++;
            if (begun == 0)
            {
                // Code reaches its final form after some dozens of calls and a moment in the background. A long step has many calls.
                first = first == 0 ? now : first;
                TimeSpan warm = TimeProvider.System.GetElapsedTime(first, now);
                if (warm >= pace.MaxWarmUp || (steps >= pace.WarmUpSteps && warm >= pace.WarmUp))
                {
                    Restart();
                }

                return;
            }

            TimeSpan elapsed = TimeProvider.System.GetElapsedTime(begun, now);
            if (elapsed >= pace.RoundTime)
            {
                allocated += GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
                measured += steps;
                seconds.Add(elapsed.TotalSeconds / steps);
                if (seconds.Count == pace.Rounds)
                {
                    stop.Cancel();
                }

                Restart();
            }

            void Restart()
            {
                steps = 0;
                allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
                begun = TimeProvider.System.GetTimestamp();
            }
        };

        float[] trained = new float[selection.Count];
        selection.Gather(parameters, trained);
        using FrozenParameters frozen = FrozenParameters.Of(parameters);
        try
        {
            network.TrainSelected(frozen, trained, examples, selection, options, engine, stop.Token);
        }
        catch (OperationCanceledException)
        {
        }

        seconds.Sort();
        TrainingPlan plan = network.Plan(selection, options, engine, exampleCount: engine.CacheFrozenFeatures ? examples.Count : 0);
        return row with
        {
            SamplesPerSecond = Math.Round(examples.Count / seconds[seconds.Count / 2], 1),
            ArenaBytes = plan.ArenaBytes,
            AllocatedBytesPerStep = (double)allocated / measured,
        };
    }

    /// <summary>How often and how long a step is measured.</summary>
    private sealed record Pace(int Rounds, int WarmUpSteps, TimeSpan RoundTime, TimeSpan WarmUp, TimeSpan MaxWarmUp);

    private sealed record Row(
        string Model,
        int Threads,
        int Batch,
        int Trained,
        int Parameters,
        double SamplesPerSecond,
        long ArenaBytes,
        double AllocatedBytesPerStep,
        int MicroBatch,
        bool Cached);
}
