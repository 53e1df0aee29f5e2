namespace Ftte.TinyEngine;

/// <summary>A plan with memory: runs passes over batches.</summary>
internal sealed class TrainingSession(TrainingPlan plan) : IDisposable
{
    public TrainingPlan Plan { get; } = plan;

    public Arena Arena { get; } = new(plan.ArenaBytes);

    public PassResult Result { get; } = new();

    /// <summary>Puts an example in a place of the batch.</summary>
    /// <exception cref="InvalidOperationException">Its label is not a class of the network.</exception>
    public void Load(int place, IExampleSource examples, int index)
    {
        Network network = Plan.Network;
        int label = examples.CopyTo(index, Arena.Floats(Plan.Input, Plan.BatchSize * network.InputLength).Slice(place * network.InputLength, network.InputLength));
        if ((uint)label >= (uint)network.ClassCount)
        {
            throw new InvalidOperationException($"Example {index} has label {label}; the network tells {network.ClassCount} classes apart, 0 to {network.ClassCount - 1}.");
        }

        Arena.Integers(Plan.Labels, Plan.BatchSize)[place] = label;
    }

    public void Forward(in TrainingPass pass)
    {
        foreach (PlannedOperation operation in Plan.Operations)
        {
            operation.Forward(pass);
        }
    }

    /// <summary>Runs backward to the cut and no further, updating as it goes.</summary>
    public void Backward(in TrainingPass pass)
    {
        for (int step = Plan.Operations.Length - 1; step >= Plan.Cut; step--)
        {
            Plan.Operations[step].Backward(pass);
        }
    }

    public void Dispose() => Arena.Dispose();
}
