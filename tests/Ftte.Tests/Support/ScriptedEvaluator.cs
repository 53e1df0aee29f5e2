namespace Ftte.Tests;

/// <summary>A trainer that can also evaluate: it finds a loss of 2 and an accuracy of a half on four examples.</summary>
internal sealed class ScriptedEvaluator(ParameterLayout layout) : ILocalTrainer, IModelEvaluator
{
    public ParameterLayout Layout => layout;

    public bool CanEvaluate { get; set; } = true;

    public ScriptedTrainer Training { get; } = new(layout);

    public List<TrainingAssignment> Assignments { get; } = [];

    public Func<TrainingAssignment, UpdateHeader> OnHeader { get; set; } = assignment => assignment.CreateHeader(4);

    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default) =>
        Training.TrainAsync(assignment, parameters, cancellationToken);

    public ValueTask<SparseUpdate> EvaluateAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        Assignments.Add(assignment);
        return new(SparseUpdate.Create(OnHeader(assignment), [2, 0.5f], Training.Pool));
    }
}
