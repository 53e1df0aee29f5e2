using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine;

/// <summary>Copies examples from their source into the memory of a plan, and validates them.</summary>
internal sealed unsafe class ExampleLoader(TrainingPlan plan, TrainingPass pass)
{
    /// <summary>Gets or sets the number of examples, which must not change during a run; null between runs.</summary>
    public int? ExampleCount { get; set; }

    /// <summary>Returns the memory for the inputs of an example of the chunk.</summary>
    public Span<float> Inputs(int place) => new(pass.Floats(plan.Input) + ((long)place * plan.Network.InputLength), plan.Network.InputLength);

    /// <summary>Loads an example of the current chunk, with its label or target.</summary>
    /// <param name="batch">The examples of the step.</param>
    /// <param name="first">The index in the batch of the first example of the micro-batch.</param>
    /// <param name="place">The index in the chunk.</param>
    /// <exception cref="InvalidOperationException">The label is not a class of the network, or the number of examples changed.</exception>
    public void Load(in ExampleBatch batch, int first, int place)
    {
        int placeInBatch = first + pass.FirstExample + place, index = batch.IndexOf(placeInBatch);
        ulong draw = batch.DrawOf(placeInBatch);
        int label = Read(batch.Examples, index, draw, Inputs(place));
        LossOperation loss = plan.Network.Loss;
        if (loss.TakesLabels)
        {
            ((int*)pass.Bytes(plan.Labels))[place] = plan.Network.CheckLabel(index, label);
            return;
        }

        float* target = pass.Floats(plan.Labels) + ((long)place * loss.Outputs);
        ((ITargetSource)batch.Examples).CopyTargetTo(index, draw, new Span<float>(target, loss.Outputs));
    }

    /// <summary>Returns the label of an example. Its inputs overwrite the first example of the chunk.</summary>
    /// <exception cref="InvalidOperationException">The label is not a class of the network, or the number of examples changed.</exception>
    public int ReadLabel(IExampleSource examples, int index)
    {
        pass.FirstExample = 0;
        return plan.Network.CheckLabel(index, Read(examples, index, draw: 0, Inputs(0)));
    }

    /// <summary>Validates that the number of examples has not changed during the run.</summary>
    /// <exception cref="InvalidOperationException">The number of examples changed.</exception>
    public void CheckCount(IExampleSource examples)
    {
        if (HasOtherCount(examples))
        {
            throw OtherCount(examples, failure: null);
        }
    }

    private int Read(IExampleSource examples, int index, ulong draw, Span<float> inputs)
    {
        try
        {
            return examples.CopyTo(index, draw, inputs);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && HasOtherCount(examples))
        {
            throw OtherCount(examples, failure);
        }
    }

    private bool HasOtherCount(IExampleSource examples) => ExampleCount is { } count && examples.Count != count;

    private InvalidOperationException OtherCount(IExampleSource examples, Exception? failure) => new(
        $"The number of examples changed from {ExampleCount} to {examples.Count} during a run. Add and remove examples between runs only.", failure);
}
