using System.Text.Json;
using Ftte.TinyEngine;

namespace Ftte.Benchmarks;

/// <summary>Times every layer of training steps, and compares it with the two limits of one core: multiply-adds, and reading memory.</summary>
/// <remarks>
/// <para>A limit is a lower bound of the time. The multiply-adds of a layer take at least their number divided by the measured peak. Its bytes are those that it must read or write once: inputs, outputs, their
/// gradients and weights. Parameters are divided by the bandwidth of memory as large as everything that a step uses, because a step uses them once or twice; the rest by the bandwidth of memory as
/// large as the layer.</para>
/// <para>With <c>--clock processor</c>, the time that the process used counts, so that other programs on a busy machine disturb less. Use it with one thread.</para>
/// <para>A layer at 100 % of its higher limit cannot be faster in this form. Written bytes count as read ones, although they take longer.</para>
/// </remarks>
internal static unsafe class LayerBenchmark
{
    private const int MaxThreads = 64;
    private const int MaxBatch = 1024;

    // Methods are compiled again in the background until they reach their final form.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static int Run(string[] args)
    {
        Arguments arguments = Arguments.Parse(args, "--models", "--batch", "--threads", "--clock", "--json", "--quick");
        int batch = arguments.Number("--batch", 8, 1, MaxBatch), threads = arguments.Number("--threads", 1, 1, MaxThreads);
        bool usesProcessorTime = arguments.Names("--clock", ["wall"], ["wall", "processor"])[0] == "processor";
        double peak = MachineLimits.MeasureMultiplyAdds();
        var lines = new List<string>();
        foreach (string model in arguments.Names("--models", ["mlp-512", "resnet20"], BenchmarkNetworks.Names))
        {
            Row[] rows = Measure(model, batch, threads, peak, usesProcessorTime, arguments.IsQuick);
            double total = rows.Sum(row => row.Microseconds);
            Console.WriteLine($"{model}, batch {batch}, {(threads == 1 ? "1 thread" : $"{threads} threads")}: {batch / total * 1e6:F0} samples per second; peak {peak / 1e9:F0} G multiply-adds per second");
            Console.WriteLine($"{"layer",-24} {"pass",-8} {"us",9} {"of step",8} {"G/s",7} {"of peak",8} {"GB/s",7} {"of limit",9}   higher limit");
            foreach (Row row in rows)
            {
                Console.WriteLine(
                    $"{row.Layer,-24} {row.Pass,-8} {row.Microseconds,9:F1} {row.Microseconds / total,8:P1} {row.MultiplyAdds / row.Microseconds / 1e3,7:F1} {row.PeakShare,8:P0} {row.Bytes / row.Microseconds / 1e3,7:F1} {row.BandwidthShare,9:P0}   {row.Limit}");
                lines.Add(JsonSerializer.Serialize(row, Json));
            }
        }

        arguments.Save(string.Concat(lines.Select(line => line + "\n")));
        return 0;
    }

    /// <summary>Runs training steps and returns two rows per layer, or one if it has no backward pass.</summary>
    private static Row[] Measure(string model, int batch, int threads, double peak, bool usesProcessorTime, bool isQuick)
    {
        Network network = BenchmarkNetworks.Create(model);
        ParameterSelection selection = network.Trainable;
        IExampleSource examples = RandomExamples.For(network, batch);
        using var stop = new CancellationTokenSource();
        var options = new SgdOptions { BatchSize = batch, Steps = int.MaxValue, LearningRate = 1e-5f, ClipRatio = null };
        var engine = new EngineOptions { Threads = threads };
        using var session = new TrainingSession(network.Plan(selection, network.CreatePlanSettings(options, engine)), engine);
        TimeSpan[] best = [.. Enumerable.Repeat(TimeSpan.MaxValue, 2 * network.Operations.Length)];
        long start = TimeProvider.System.GetTimestamp();
        bool isWarm = isQuick;
        session.Watcher = (moment, step) =>
        {
            TimeSpan begun = Now(usesProcessorTime);
            step();
            TimeSpan elapsed = Now(usesProcessorTime) - begun;
            best[moment] = isWarm && elapsed < best[moment] ? elapsed : best[moment];
        };
        options.Progress = progress =>
        {
            TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
            if (!isWarm && elapsed >= WarmUp)
            {
                isWarm = true;
            }
            else if (isQuick ? progress.Step >= 2 : isWarm && elapsed >= WarmUp + Duration)
            {
                stop.Cancel();
            }
        };
        float[] parameters = network.Initialize(1), trained = new float[selection.Count];
        selection.Gather(parameters, trained);
        using FrozenParameters frozen = FrozenParameters.Of(parameters);
        fixed (float* values = trained)
        {
            using TrainingRun run = session.Begin(frozen, values, examples.Count);
            try
            {
                Sgd.Run(session, examples, options, options.Seed, stop.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }

        // The backward pass of the loss does nothing: the loss computes its gradient in the forward pass.
        return [.. Enumerable.Range(0, best.Length).Where(moment => best[moment] < TimeSpan.MaxValue && best[moment] > TimeSpan.Zero && moment != network.Operations.Length)
            .Select(moment => CreateRow(model, session.Plan, moment, best[moment].TotalMicroseconds, peak))];
    }

    private static TimeSpan Now(bool usesProcessorTime) =>
        usesProcessorTime ? Environment.CpuUsage.TotalTime : TimeProvider.System.GetElapsedTime(0, TimeProvider.System.GetTimestamp());

    private static Row CreateRow(string model, TrainingPlan plan, int moment, double microseconds, double peak)
    {
        Operation[] operations = [.. plan.Network.Operations];
        bool isBackward = moment >= operations.Length;
        Operation operation = operations[isBackward ? (2 * operations.Length) - 1 - moment : moment];
        long inputs = plan.BatchSize * operation.Inputs.Sum(value => (long)value.Shape.Count), outputs = plan.BatchSize * (long)operation.Output.Shape.Count;
        long weights = operation.Parameters.Sum(block => (long)block.Range.Length), work = plan.BatchSize * operation.MultiplyAdds;
        if (isBackward)
        {
            // The gradient of the input reads the weights, and the update reads and writes them and reads the input again.
            bool hasInputGradient = operation.Input.Producer is { } producer && plan.NeedsGradient[producer.Step];
            bool isTrained = weights > 0;
            weights *= (hasInputGradient ? 1 : 0) + 2;
            inputs *= (hasInputGradient ? 1 : 0) + (isTrained ? 1 : 0);
            work *= (hasInputGradient ? 1 : 0) + (isTrained ? 1 : 0);
        }

        long stepBytes = plan.TrainedBytes + plan.ArenaBytes, layerBytes = sizeof(float) * (inputs + outputs), weightBytes = sizeof(float) * weights;
        double computing = work / peak * 1e6;
        double moving = ((layerBytes / MachineLimits.MeasureBandwidth(layerBytes)) + (weightBytes / MachineLimits.MeasureBandwidth(stepBytes))) * 1e6;
        return new Row(
            model, plan.BatchSize, operation.Name, isBackward ? "backward" : "forward", Math.Round(microseconds, 2), work, layerBytes + weightBytes,
            Math.Round(computing / microseconds, 3), Math.Round(moving / microseconds, 3), computing > moving ? "multiply-adds" : "memory");
    }

    private sealed record Row(
        string Model,
        int Batch,
        string Layer,
        string Pass,
        double Microseconds,
        long MultiplyAdds,
        long Bytes,
        double PeakShare,
        double BandwidthShare,
        string Limit);
}
