using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>Training a network on each device's pictures, with the engine of production.</summary>
/// <param name="network">The network.</param>
/// <param name="devices">The pictures of each device.</param>
/// <param name="sgd">How devices train.</param>
/// <param name="cost">What that costs a device.</param>
/// <param name="test">What tells how good a model is.</param>
/// <param name="kept">What is trained at first, if devices keep in storage what the layers before that make of their pictures; null if they do not. What is trained later begins there too.</param>
internal sealed class CifarTask(
    Network network, ImmutableArray<Cifar10Examples> devices, SgdOptions sgd, WorkCost cost, ModelTest test, ParameterSelection? kept) : ILearningTask, IDisposable
{
    // What a device has in a file is in memory here.
    private readonly FeatureStore[] _features = [.. devices.Where(_ => kept is not null).Select(_ => FeatureStore.InMemory())];
    private readonly bool[] _hasFeatures = new bool[devices.Length];

    public ILocalTrainer CreateTrainer(int device)
    {
        // Faster than what a small device would do, and the same bits: with frozen statistics neither the size of micro-batches nor keeping features changes anything.
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
            throw new InvalidOperationException("Other layers come before the first trained one than at first, so what devices have kept is worth nothing; keep nothing, or choose among the same layers.");
        }

        // Which layers are frozen, and their weights, a device knows from the start, so it need not wait until it is asked.
        long ahead = _hasFeatures[device] ? 0 : count * each.PrefixMultiplyAdds;
        _hasFeatures[device] = true;
        return new JobCost((visits * (each.MultiplyAdds - each.PrefixMultiplyAdds + each.ReadBackMultiplyAdds)) + ahead, each.MemoryBytes) { AheadMultiplyAdds = ahead };
    }

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => test.Measure(network, model.Parameters.Span, kept);

    public void Dispose() => Array.ForEach(_features, store => store.Dispose());
}
