using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine;

/// <summary>Takes the place of the loss in inference: holds the outputs and the embedding until the caller has read them, and computes nothing.</summary>
internal sealed class PlannedOutputs : PlannedOperation
{
    public override int ForwardPhases => 0;

    public override int BackwardPhases => 0;

    /// <summary>Declares the uses of the tensors.</summary>
    public static PlannedOutputs Plan(LossOperation op, PlanBuilder plan)
    {
        plan.Read(op.Input);
        if (plan.Settings.Embedding is { } embedding)
        {
            plan.Read(embedding);
        }

        return new PlannedOutputs();
    }

    public override void Forward(TrainingPass pass, int phase, int worker)
    {
    }
}
