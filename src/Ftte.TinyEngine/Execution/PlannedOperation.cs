namespace Ftte.TinyEngine.Execution;

/// <summary>Represents the executable form of an operation, bound to its tensors in the arena. Holds no memory and no state.</summary>
/// <remarks>
/// A pass consists of phases. Within a phase, workers write to disjoint memory, and no worker reads memory that another one writes. Each result is computed by one
/// worker in a fixed order, so the number of workers does not change the bits.
/// </remarks>
internal abstract class PlannedOperation
{
    /// <summary>Gets the number of phases of the forward pass.</summary>
    public virtual int ForwardPhases => 1;

    /// <summary>Gets the number of phases of the backward pass; 0 if it has no backward pass.</summary>
    public virtual int BackwardPhases => 1;

    /// <summary>Determines whether workers share a phase of the forward pass. If not, only worker 0 has work, and the others are not woken.</summary>
    public virtual bool IsForwardShared(int phase) => true;

    /// <summary>Determines whether workers share a phase of the backward pass. If not, only worker 0 has work, and the others are not woken.</summary>
    public virtual bool IsBackwardShared(int phase) => true;

    /// <summary>Runs one worker's share of a forward phase.</summary>
    public abstract void Forward(TrainingPass pass, int phase, int worker);

    /// <summary>Runs one worker's share of a backward phase. Called only for steps that a gradient reaches.</summary>
    public virtual void Backward(TrainingPass pass, int phase, int worker)
    {
    }
}
