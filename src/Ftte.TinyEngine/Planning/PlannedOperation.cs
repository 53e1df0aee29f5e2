namespace Ftte.TinyEngine;

/// <summary>An operation that knows where in the arena its tensors are: the plan's executable form. Holds no memory and no state.</summary>
internal abstract class PlannedOperation
{
    public abstract void Forward(in TrainingPass pass);

    /// <summary>Runs backward; called only for steps from the cut on.</summary>
    public abstract void Backward(in TrainingPass pass);
}
