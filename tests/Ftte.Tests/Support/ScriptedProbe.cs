using System.Buffers;

namespace Ftte.Tests;

/// <summary>A trainer that can also be asked: it finds the first block worth 1, the second 2, and so on.</summary>
internal sealed class ScriptedProbe(ParameterLayout layout) : ILocalTrainer, IImportanceProbe
{
    public ParameterLayout Layout => layout;

    /// <summary>Gets what trains; also where the buffers and headers come from.</summary>
    public ScriptedTrainer Training { get; } = new(layout);

    public List<TrainingAssignment> Assignments { get; } = [];

    /// <summary>Gets what measuring was allowed to take.</summary>
    public List<long> Budgets { get; } = [];

    /// <summary>Gets the vectors that were measured.</summary>
    public List<float[]> Received { get; } = [];

    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default) =>
        Training.TrainAsync(assignment, parameters, cancellationToken);

    public ValueTask<SparseUpdate> ProbeAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken = default)
    {
        Assignments.Add(assignment);
        Budgets.Add(memoryBudgetBytes);
        Received.Add(parameters.ToArray());
        IMemoryOwner<float> values = Training.Pool.Rent(layout.Blocks.Length);
        for (int i = 0; i < layout.Blocks.Length; i++)
        {
            values.Memory.Span[i] = i + 1;
        }

        return new ValueTask<SparseUpdate>(new SparseUpdate(Training.OnHeader(assignment), values, layout.Blocks.Length));
    }
}
