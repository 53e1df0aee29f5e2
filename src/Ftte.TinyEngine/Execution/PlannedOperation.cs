namespace Ftte.TinyEngine.Execution;

/// <summary>An operation that knows where in the arena its tensors are: the plan's executable form. Holds no memory and no state.</summary>
/// <remarks>
/// A pass goes through phases; within one, workers write to different places and none reads what another writes. Each result is computed by one
/// worker in a fixed order, so the number of workers does not show in the bits.
/// </remarks>
internal abstract class PlannedOperation
{
    /// <summary>Gets the number of phases of the forward pass.</summary>
    public virtual int ForwardPhases => 1;

    /// <summary>Gets the number of phases of the backward pass; 0 if there is nothing to do.</summary>
    public virtual int BackwardPhases => 1;

    /// <summary>Does one worker's share of a forward phase.</summary>
    public abstract void Forward(TrainingPass pass, int phase, int worker);

    /// <summary>Does one worker's share of a backward phase; called only for steps that a gradient reaches.</summary>
    public virtual void Backward(TrainingPass pass, int phase, int worker)
    {
    }
}
