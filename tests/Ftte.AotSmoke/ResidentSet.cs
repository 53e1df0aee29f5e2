using System.Diagnostics;
using System.Globalization;
using Ftte.TinyEngine;

namespace Ftte.AotSmoke;

/// <summary>Compares what a plan promises with what the process really grows by.</summary>
internal static class ResidentSet
{
    private const int BatchSize = 32;
    private const int Steps = 3;
    private const long Slack = 1 << 20;

    /// <summary>Gets the argument that makes the program measure one mode and print by how many bytes the process grew.</summary>
    public const string Argument = "grow";

    /// <summary>Trains some networks in two modes, each in a process of its own, and says how far it grew.</summary>
    /// <returns>Whether each kept within a tenth, or a mebibyte, of its plan.</returns>
    public static bool Check()
    {
        bool holds = true;
        foreach (string name in (string[])["resnet8", "resnet20", "dscnn", "mobilenetv2-0.35-128"])
        {
            foreach (string part in (string[])["all", "third"])
            {
                (_, ParameterSelection selection, TrainingPlan plan) = Mode(name, part);
                using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Argument, name, part]) { RedirectStandardOutput = true })!;
                long growth = long.Parse(child.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
                child.WaitForExit();
                bool isClose = Math.Abs(growth - plan.PeakBytes) <= Math.Max(Slack, plan.PeakBytes / 10);
                holds &= isClose;
                Console.WriteLine(
                    $"resident set: {name}, {selection.Count} of {plan.Network.Trainable.Count} parameters, batch {BatchSize}: planned {plan.PeakBytes}, grew by {growth}, "
                    + $"an eager framework {plan.EagerBytes} ({1 - ((double)growth / plan.EagerBytes):P1} less){(isClose ? "" : " TOO FAR APART")}");
            }
        }

        return holds;
    }

    /// <summary>Measures one mode in this process.</summary>
    public static void Grow(string name, string part)
    {
        // Another network first, so that code and the runtime are in memory already.
        Measure(NetworkZoo.DsCnn(classes: 2, normalization: NormalizationKind.Batch), NetworkZoo.DsCnn(classes: 2, normalization: NormalizationKind.Batch).Trainable, new SgdOptions { BatchSize = 1, Steps = 1 });
        (Network network, ParameterSelection selection, _) = Mode(name, part);
        Console.Write(Measure(network, selection, Options()));
    }

    private static SgdOptions Options() => new() { BatchSize = BatchSize, Steps = Steps, LearningRate = 1e-4f };

    private static EngineOptions Engine() => new() { MicroBatchSize = 1 };

    private static (Network Network, ParameterSelection Selection, TrainingPlan Plan) Mode(string name, string part)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        ParameterSelection selection = part == "all" ? network.Trainable : LastThird(network);
        return (network, selection, network.Plan(selection, Options(), Engine()));
    }

    private static long Measure(Network network, ParameterSelection selection, SgdOptions options)
    {
        var examples = new Ramp(network);
        GC.Collect();
        long before = Environment.WorkingSet, after = 0;
        float[] parameters = network.Initialize(1);
        float[] trained = new float[selection.Count];
        selection.Gather(parameters, trained);
        using FrozenParameters frozen = FrozenParameters.Of(parameters);
        options.Progress = p => after = p.Step == p.Steps ? Environment.WorkingSet : after;
        network.TrainSelected(frozen, trained, examples, selection, options, Engine());
        return after - before;
    }

    private static ParameterSelection LastThird(Network network)
    {
        var ranges = new List<ParameterRange>();
        foreach (ParameterBlock block in network.Layout.Blocks.Reverse().Where(b => network.Trainable.Contains(b.Range.Start)))
        {
            if (ranges.Sum(r => (long)r.Length) * 3 < network.Trainable.Count)
            {
                ranges.Add(block.Range);
            }
        }

        return ParameterSelection.Create(network.Layout.ParameterCount, ranges);
    }

    /// <summary>Examples that take no memory.</summary>
    private sealed class Ramp(Network network) : IExampleSource
    {
        public int Count => BatchSize;

        public int InputLength => network.InputLength;

        public int CopyTo(int index, Span<float> input)
        {
            for (int i = 0; i < input.Length; i++)
            {
                input[i] = (((i * 37) + (index * 11)) % 101 * 0.02f) - 1;
            }

            return index % network.ClassCount;
        }
    }
}
