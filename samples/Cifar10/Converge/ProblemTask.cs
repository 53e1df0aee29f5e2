using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Converge;

/// <summary>Trains the network of a problem on the examples of each device, and tests models.</summary>
/// <param name="problem">The problem.</param>
/// <param name="sgd">The training options of devices.</param>
/// <param name="cost">The cost of training on a device.</param>
internal sealed class ProblemTask(Problem problem, SgdOptions sgd, WorkCost cost) : ILearningTask
{
    private const int Batch = 50, MaxTestExamples = 2000;

    private readonly ImmutableArray<IExampleSource> _test = Thin(problem.TestGroups);

    // More memory than on a small device, but the same bits: without batch statistics, neither micro-batches nor cached features change the result.
    private readonly EngineOptions _engine = new() { PrefixExamples = null, CacheFrozenFeatures = true };

    public ILocalTrainer CreateTrainer(int device) => new LocalTrainer(problem.Network, problem.Examples[device], sgd, engine: _engine);

    public JobCost CostOf(int device, TrainingAssignment assignment)
    {
        ExampleCost each = cost.Of(assignment.Selection);
        return new JobCost((long)problem.Examples[device].Count * sgd.Epochs * each.MultiplyAdds, each.MemoryBytes);
    }

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken)
    {
        ModelQuality test = Test(model.Parameters.Span, _test);
        return test with { ValidationAccuracy = problem.Network.Evaluate(model.Parameters.Span, problem.Validation, Batch).Accuracy };
    }

    /// <summary>Tests a model on all test examples.</summary>
    /// <returns>The accuracy, and as the accuracy of stragglers the mean of the worst tenth of the devices.</returns>
    public ModelQuality TestAll(ReadOnlySpan<float> parameters) => Test(parameters, problem.TestGroups);

    private ModelQuality Test(ReadOnlySpan<float> parameters, ImmutableArray<IExampleSource> groups)
    {
        double[] accuracy = new double[groups.Length];
        double correct = 0, count = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            if (groups[i].Count > 0)
            {
                accuracy[i] = problem.Network.Evaluate(parameters, groups[i], Batch).Accuracy;
                correct += accuracy[i] * groups[i].Count;
                count += groups[i].Count;
            }
        }

        double[] devices = [.. problem.TestShares.Select(shares => shares.Select((share, i) => share * accuracy[i]).Sum()).Order()];
        return new ModelQuality(correct / count, devices.Take(Math.Max(1, devices.Length / 10)).Average());
    }

    /// <summary>Returns an equal share of each group, for tests during a run.</summary>
    private static ImmutableArray<IExampleSource> Thin(ImmutableArray<IExampleSource> groups)
    {
        double share = Math.Min(1, MaxTestExamples / (double)groups.Sum(group => group.Count));
        return [.. groups.Select(group => new ChosenExamples(group, [.. Enumerable.Range(0, (int)Math.Ceiling(share * group.Count))]))];
    }
}
