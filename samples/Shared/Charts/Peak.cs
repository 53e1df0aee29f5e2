using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Represents the moment of peak memory.</summary>
/// <param name="Step">The index of the step.</param>
/// <param name="Name">The name of the step.</param>
/// <param name="IsBackward">True if the step runs backward.</param>
/// <param name="Bytes">The bytes in use, parameters included.</param>
internal sealed record Peak(int Step, string Name, bool IsBackward, long Bytes)
{
    public string Pass => IsBackward ? "backward" : "forward";

    /// <summary>Finds the peak: the first, if several moments have the same memory.</summary>
    public static Peak Of(TrainingPlan plan)
    {
        var forward = plan.Steps.Select((step, t) => new Peak(t, step.Name, IsBackward: false, step.ForwardBytes));
        var backward = plan.Steps.Select((step, t) => new Peak(t, step.Name, IsBackward: true, step.BackwardBytes)).Reverse();
        return forward.Concat(backward).MaxBy(moment => moment.Bytes)!;
    }
}
