using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>The moment at which most memory is in use.</summary>
/// <param name="Step">The index of the step.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsBackward">Whether it then runs backward.</param>
/// <param name="Bytes">The bytes in use, parameters included.</param>
internal sealed record Peak(int Step, string Name, bool IsBackward, long Bytes)
{
    public string Pass => IsBackward ? "backward" : "forward";

    /// <summary>Finds it: the first, if several moments take the same.</summary>
    public static Peak Of(TrainingPlan plan)
    {
        var forward = plan.Steps.Select((step, t) => new Peak(t, step.Name, IsBackward: false, step.ForwardBytes));
        var backward = plan.Steps.Select((step, t) => new Peak(t, step.Name, IsBackward: true, step.BackwardBytes)).Reverse();
        return forward.Concat(backward).MaxBy(moment => moment.Bytes)!;
    }
}
