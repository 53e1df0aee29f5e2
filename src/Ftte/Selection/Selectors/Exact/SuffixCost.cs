namespace Ftte.Selection;

/// <summary>Represents the cost of the choices from a step to the last step, independent of the choices in earlier steps.</summary>
/// <remarks>
/// The memory of a moment consists of the bytes saved up to it, the bytes held throughout, and the bytes alive only at that moment. Counted from the last step
/// backward, the bytes that an earlier step saves and holds add equally to all moments so far. Therefore one number, the need, describes these moments. Bytes
/// held throughout also add to the moments of earlier steps.
/// </remarks>
/// <param name="Need">The maximum bytes of any moment, in addition to the bytes that earlier steps save and hold.</param>
/// <param name="Held">The bytes held throughout.</param>
/// <param name="Payload">The payload in bytes.</param>
/// <param name="Compute">The multiply-adds in addition to the forward pass.</param>
internal readonly record struct SuffixCost(long Need, long Held, long Payload, long Compute)
{
    /// <summary>Adds a step in which nothing is trained, with an earlier step trained.</summary>
    public SuffixCost Pass(SelectionProblem.Step step) => After(step, SelectionProblem.Option.Nothing with { Saved = step.PassThrough });

    /// <summary>Adds a step that is trained, with an earlier step also trained.</summary>
    public SuffixCost After(SelectionProblem.Step step, in SelectionProblem.Option option) =>
        Add(step, option, step.Backward) with { Compute = Compute + step.InputGradient + option.Compute };

    /// <summary>Adds the first trained step and all steps before it.</summary>
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
