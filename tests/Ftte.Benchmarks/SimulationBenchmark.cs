using System.Collections.Immutable;
using System.Diagnostics;
using Ftte.Simulation;
using Ftte.Simulation.Randomness;
using Ftte.TinyEngine;

namespace Ftte.Benchmarks;

/// <summary>The simulator with many devices: real time, events per second, and the memory that devices take.</summary>
/// <remarks>Each number of devices runs in a process of its own if it is given alone, so that peaks do not mix.</remarks>
internal static class SimulationBenchmark
{
    private const int Versions = 1000;
    private const int Capacity = 10;
    private const int ExamplesPerDevice = 20;

    public static int Run(string[] args)
    {
        int devices = Arguments.Parse(args, "--devices").Number("--devices", 10_000, 1, 1_000_000);
        Network network = Network.Build(16).Linear("hidden", 16).Relu().Linear("class", 4).SoftmaxCrossEntropy();
        var task = new BlobTask(network);
        var start = new ModelSnapshot(network.Layout, default, network.Initialize(1));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        ImmutableArray<SimulatedDevice> all = DevicePopulation.WithStragglers(DevicePopulation.Mixed(devices, 1), 0.9, 10, 1);
        long records = GC.GetTotalMemory(forceFullCollection: true) - before;
        SimulationRule rule = SimulationRule.Ftte(network.Trainable, Capacity, concurrency: 30);
        long began = TimeProvider.System.GetTimestamp();
        SimulationResult result = Simulator.RunAsync(
            rule, start, all, task, new SimulationOptions { MaxVersions = Versions, EvaluateEveryVersions = 100 }).GetAwaiter().GetResult();
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(began);
        Process process = Process.GetCurrentProcess();
        Console.WriteLine(
            $"{devices:N0} devices, {result.Model!.Version.Number:N0} versions, {result.Totals.Trips:N0} trips, {result.Totals.Events:N0} events: {elapsed.TotalSeconds:0.00} s, "
            + $"{result.Totals.Events / elapsed.TotalSeconds:N0} events/s, peak resident {process.PeakWorkingSet64 / 1048576.0:0} MiB, "
            + $"devices' descriptions {records / (double)devices:0} B each; virtual {result.Duration.TotalHours:0.0} h, accuracy {result.Points[0].Quality.Accuracy:P1} to {result.Points[^1].Quality.Accuracy:P1}");
        return 0;
    }

    /// <summary>Tells four clouds of points apart; each device's points are made when they are needed.</summary>
    private sealed class BlobTask(Network network) : ILearningTask
    {
        private readonly ArrayExamples _test = Points(ulong.MaxValue, 500);

        public ILocalTrainer CreateTrainer(int device) => new LocalTrainer(network, Points((ulong)device, ExamplesPerDevice), new SgdOptions { LearningRate = 0.05f, ClipRatio = null });

        public JobCost CostOf(int device, TrainingAssignment assignment) => new(3 * network.MultiplyAdds * ExamplesPerDevice, 0);

        public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => new(network.Evaluate(model.Parameters.Span, _test).Accuracy);

        private static ArrayExamples Points(ulong owner, int count)
        {
            var random = new SeededRandom(owner);
            float[] values = new float[count * 16];
            int[] labels = new int[count];
            for (int i = 0; i < count; i++)
            {
                labels[i] = random.NextInt(4);
                for (int j = 0; j < 16; j++)
                {
                    values[(i * 16) + j] = (float)(random.NextGaussian() + (j % 4 == labels[i] ? 0.6 : 0));
                }
            }

            return new ArrayExamples(values, labels, inputLength: 16);
        }
    }
}
