using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace SelectionStudy.Learning;

/// <summary>Trains a network on each device's images.</summary>
/// <param name="start">The base model.</param>
/// <param name="devices">The images of each device.</param>
/// <param name="sgd">The settings of training.</param>
internal sealed class StudyTask(StartModel start, ImmutableArray<Cifar10Examples> devices, SgdOptions sgd) : ILearningTask
{
    private readonly WorkCost _cost = new(start.Network, sgd, new EngineOptions());

    // Faster than on a small device, but bit-identical.
    public ILocalTrainer CreateTrainer(int device) => new LocalTrainer(start.Network, devices[device], sgd, engine: new EngineOptions { PrefixExamples = null });

    public JobCost CostOf(int device, TrainingAssignment assignment)
    {
        ExampleCost each = _cost.Of(assignment.Selection);
        return new JobCost((long)devices[device].Count * sgd.Epochs * each.MultiplyAdds, each.MemoryBytes);
    }

    // Every run begins with the base model, whose quality is known.
    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) =>
        model.Version == start.Model.Version ? start.QualityOnTheWay : start.MeasureOnTheWay(model);
}
