namespace Ftte.Http.Tests;

/// <summary>Adds 1 to every selected parameter.</summary>
internal sealed class StepTrainer(ParameterLayout layout) : ILocalTrainer
{
    public ParameterLayout Layout => layout;

    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default) =>
        new(SparseUpdate.Create(assignment.CreateHeader(1), [.. Enumerable.Repeat(1f, assignment.Selection.Count)]));
}
