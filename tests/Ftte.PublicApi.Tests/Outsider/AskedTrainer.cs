using Ftte.Selection;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A trainer that can also be asked: a block is worth the square of how far the target is away from it, and so is the loss of a version.</summary>
internal sealed class AskedTrainer(ParameterLayout layout, params float[] target) : ILocalTrainer, IImportanceProbe, IModelEvaluator
{
    private readonly PullTrainer _trainer = new(layout, target);

    public ParameterLayout Layout => layout;

    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default) =>
        _trainer.TrainAsync(assignment, parameters, cancellationToken);

    public ValueTask<SparseUpdate> ProbeAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken = default)
    {
        float[] gradient = [.. parameters.ToArray().Zip(target, (p, t) => p - t)];
        float[] worth = [.. BlockImportance.FromGradient(layout, gradient).Values.Select(v => (float)v)];
        return new(SparseUpdate.Create(assignment.CreateHeader(exampleCount: 1), worth));
    }

    public bool CanEvaluate => true;

    public ValueTask<SparseUpdate> EvaluateAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        float loss = parameters.ToArray().Zip(target, (p, t) => (p - t) * (p - t)).Sum();
        return new(SparseUpdate.Create(assignment.CreateHeader(exampleCount: 1), [loss, loss < 1 ? 1 : 0]));    // loss, accuracy
    }
}
