using System.Collections.Immutable;
using Ftte;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>Training a network on each device's pictures, with the engine of production.</summary>
/// <param name="network">The network.</param>
/// <param name="devices">The pictures of each device.</param>
/// <param name="sgd">How devices train.</param>
/// <param name="cost">What that costs a device.</param>
/// <param name="test">What tells how good a model is.</param>
internal sealed class CifarTask(Network network, ImmutableArray<Cifar10Examples> devices, SgdOptions sgd, WorkCost cost, ModelTest test) : ILearningTask
{
    // Faster than what a small device would do, and the same bits: with frozen statistics neither the size of micro-batches nor keeping what the frozen
    // layers make of a picture changes anything.
    private readonly EngineOptions _engine = new() { PrefixExamples = null, CacheFrozenFeatures = sgd.Normalization == NormalizationMode.Frozen };

    public ILocalTrainer CreateTrainer(int device) => new LocalTrainer(network, devices[device], sgd, engine: _engine);

    public JobCost CostOf(int device, TrainingAssignment assignment) =>
        new((long)devices[device].Count * sgd.Epochs * cost.MultiplyAddsPerExample(assignment.Selection), cost.MemoryBytes(assignment.Selection));

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => test.Measure(network, model.Parameters.Span);
}
