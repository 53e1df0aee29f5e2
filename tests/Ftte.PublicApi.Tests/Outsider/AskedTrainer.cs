using Ftte.Selection;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A trainer that can also be asked: a block is worth the square of how far the target is away from it.</summary>
internal sealed class AskedTrainer(ParameterLayout layout, params float[] target) : ILocalTrainer, IImportanceProbe
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
}
