namespace Ftte.Selection;

/// <summary>What the choices from one step to the last cost, whatever is chosen before them.</summary>
/// <remarks>
/// A moment needs what is saved up to it, what is held throughout, and what lives only then. Counted from the last step backwards, everything before adds
/// to all moments alike, so one number says what the moments so far need on top of it; and what is held throughout adds to the moments still to come.
/// </remarks>
/// <param name="Need">The most bytes of any moment, on top of what earlier steps save and hold.</param>
/// <param name="Held">The bytes held throughout.</param>
/// <param name="Payload">The bytes that travel.</param>
/// <param name="Compute">The multiply-adds beyond the forward pass.</param>
internal readonly record struct SuffixCost(long Need, long Held, long Payload, long Compute)
{
    /// <summary>Adds a step in which nothing is trained, while an earlier one is.</summary>
    public SuffixCost Pass(SelectionProblem.Step step) => After(step, SelectionProblem.Option.Nothing with { Saved = step.PassThrough });

    /// <summary>Adds a step that trains something, while an earlier one does too.</summary>
    public SuffixCost After(SelectionProblem.Step step, in SelectionProblem.Option option) =>
        Add(step, option, step.Backward) with { Compute = Compute + step.InputGradient + option.Compute };

    /// <summary>Adds the first step that trains something, and all before it.</summary>
    public SuffixCost Cut(SelectionProblem.Step step, in SelectionProblem.Option option)
    {
        SuffixCost cost = Add(step, option, step.BackwardAtCut);
        return cost with { Need = Math.Max(cost.Need, step.BeforeCut + cost.Held), Compute = Compute + option.Compute };
    }

    private SuffixCost Add(SelectionProblem.Step step, in SelectionProblem.Option option, long backward)
    {
        long held = Held + option.Persistent;
        long forward = held + step.Forward;
        long back = option.Saved + held + backward + option.Workspace;
        return new SuffixCost(
            Math.Max(Need + option.Saved + option.Persistent, Math.Max(forward, back)), held, Payload + option.Payload, Compute);
    }
}
