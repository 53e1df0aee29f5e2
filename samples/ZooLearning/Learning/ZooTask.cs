using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace ZooLearning.Learning;

/// <summary>Trains a network on each device's examples.</summary>
/// <param name="network">The network.</param>
/// <param name="devices">The examples of each device.</param>
/// <param name="sgd">The settings of training.</param>
/// <param name="engine">The engine options of devices.</param>
/// <param name="test">The test examples.</param>
internal sealed class ZooTask(Network network, ImmutableArray<IExampleSource> devices, SgdOptions sgd, EngineOptions? engine, ZooTest test) : ILearningTask
{
    public ILocalTrainer CreateTrainer(int device) => new LocalTrainer(network, devices[device], sgd, engine: engine);

    public JobCost CostOf(int device, TrainingAssignment assignment)
    {
        TrainingPlan plan = network.Plan(assignment.Selection, sgd, engine);
        return new JobCost(3 * network.MultiplyAdds * devices[device].Count * sgd.Epochs, plan.PeakBytes);
    }

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => new(Math.Clamp(test.Measure(model.Parameters.Span), 0, 1));
}

/// <summary>Measures the quality of a model, from 0 to 1.</summary>
/// <param name="network">The network.</param>
/// <param name="examples">The examples.</param>
internal sealed class ZooTest(Network network, IExampleSource examples)
{
    private readonly IExampleSource _examples = DeviceData.For(network, examples);

    /// <summary>Gets the quality of a model that ignores its input.</summary>
    public double Chance { get; } = network.ClassCount == 0 ? 0 : CommonestShare(network.ClassCount, examples);

    private double MeanSquare { get; } = network.ClassCount == 0 ? Variance(examples) : 1;

    /// <summary>Measures accuracy; for a network without classes the share of the variance that it reconstructs. A model that is not finite has 0.</summary>
    public double Measure(ReadOnlySpan<float> parameters)
    {
        Evaluation result = network.Evaluate(parameters, _examples, batchSize: 20);
        double quality = network.ClassCount == 0 ? 1 - (result.Loss / MeanSquare) : result.Accuracy;
        return double.IsFinite(result.Loss) ? Math.Max(-9, quality) : 0;
    }

    private static double CommonestShare(int classes, IExampleSource examples)
    {
        int[] counts = new int[classes];
        Array.ForEach(Labels(examples), label => counts[label]++);
        return (double)counts.Max() / examples.Count;
    }

    /// <summary>Reads the labels of examples.</summary>
    public static byte[] Labels(IExampleSource examples)
    {
        float[] input = new float[examples.InputLength];
        return [.. Enumerable.Range(0, examples.Count).Select(i => (byte)examples.CopyTo(i, input))];
    }

    /// <summary>Computes the mean squared error of the best constant.</summary>
    private static double Variance(IExampleSource examples)
    {
        double[] sums = new double[examples.InputLength];
        double squares = 0;
        float[] input = new float[examples.InputLength];
        for (int i = 0; i < examples.Count; i++)
        {
            examples.CopyTo(i, input);
            for (int j = 0; j < input.Length; j++)
            {
                sums[j] += input[j];
                squares += (double)input[j] * input[j];
            }
        }

        return ((squares / examples.Count) - sums.Sum(sum => sum / examples.Count * sum / examples.Count)) / input.Length;
    }
}
