using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>Trains a network on the images of each device, with the production engine.</summary>
/// <param name="network">The network.</param>
/// <param name="devices">The images of each device.</param>
/// <param name="sgd">The training options of devices.</param>
/// <param name="cost">The cost of training on a device.</param>
/// <param name="test">The test of a model.</param>
/// <param name="kept">The selection at the start, if devices store the output of the layers before it; null if they do not. Later selections must begin with the same layer.</param>
internal sealed class CifarTask(
    Network network, ImmutableArray<Cifar10Examples> devices, SgdOptions sgd, WorkCost cost, ModelTest test, ParameterSelection? kept) : ILearningTask, IDisposable
{
    // The simulation keeps in memory the features that a device stores in a file.
    private readonly FeatureStore[] _features = [.. devices.Where(_ => kept is not null).Select(_ => FeatureStore.InMemory())];
    private readonly bool[] _hasFeatures = new bool[devices.Length];

    public ILocalTrainer CreateTrainer(int device)
    {
        // Faster than on a small device, but bit-identical: with frozen statistics, neither the size of micro-batches nor kept features change the result.
        var engine = new EngineOptions { PrefixExamples = null, CacheFrozenFeatures = sgd.Normalization == NormalizationMode.Frozen };
        engine.FeatureStore = kept is null ? null : _features[device];
        return new LocalTrainer(network, devices[device], sgd, engine: engine);
    }

    public JobCost CostOf(int device, TrainingAssignment assignment)
    {
        ExampleCost each = cost.Of(assignment.Selection);
        long count = devices[device].Count, visits = count * sgd.Epochs;
        if (kept is null)
        {
            return new JobCost(visits * each.MultiplyAdds, each.MemoryBytes);
        }

        if (each.Cut != cost.Of(kept).Cut)
        {
            throw new InvalidOperationException("The first trained layer has changed, so the stored features of devices are invalid. Turn feature storage off, or select among the same layers.");
        }

        // A device knows the frozen layers and their weights from the start, so it can compute features before its first job.
        long ahead = _hasFeatures[device] ? 0 : count * each.PrefixMultiplyAdds;
        _hasFeatures[device] = true;
        return new JobCost((visits * (each.MultiplyAdds - each.PrefixMultiplyAdds + each.ReadBackMultiplyAdds)) + ahead, each.MemoryBytes) { AheadMultiplyAdds = ahead };
    }

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => test.Measure(network, model.Parameters.Span, kept);

    public void Dispose() => Array.ForEach(_features, store => store.Dispose());
}
