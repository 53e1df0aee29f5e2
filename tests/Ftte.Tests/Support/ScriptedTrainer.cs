using System.Buffers;

namespace Ftte.Tests;

/// <summary>A trainer whose update is all ones, unless a test wants something else.</summary>
internal sealed class ScriptedTrainer(ParameterLayout layout) : ILocalTrainer
{
    public ParameterLayout Layout => layout;

    public CountingPool Pool { get; } = new();

    public List<TrainingAssignment> Assignments { get; } = [];

    /// <summary>Gets the vectors that training started from.</summary>
    public List<float[]> Received { get; } = [];

    /// <summary>Gets or sets what comes before the update is made.</summary>
    public Func<CancellationToken, Task> OnTrain { get; set; } = _ => Task.CompletedTask;

    public Func<TrainingAssignment, UpdateHeader> OnHeader { get; set; } = assignment => assignment.CreateHeader(1);

    public async ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        Assignments.Add(assignment);
        Received.Add(parameters.ToArray());
        await OnTrain(cancellationToken);
        IMemoryOwner<float> values = Pool.Rent(assignment.Selection.Count);
        values.Memory.Span.Fill(1);
        return new SparseUpdate(OnHeader(assignment), values, assignment.Selection.Count);
    }
}
