using System.Collections.Immutable;

namespace Ftte;

/// <summary>A request as plain numbers: budgets without what is spent in any case, and worth as whole numbers, whose sums are the same in any order.</summary>
internal sealed class SelectionProblem
{
    /// <summary>All worth together is this many units, so that one unit is at the limit of what a double can tell apart.</summary>
    private const double AllWorth = 1L << 50;

    public SelectionProblem(SelectionRequest request)
    {
        var table = new ChoiceTable(request);
        TrainingProfile profile = request.Profile;
        Steps = new Step[profile.Steps.Length];
        double all = Enumerable.Range(0, Steps.Length).Sum(t => Enumerable.Range(0, table.ChoiceCount(t)).Select(c => table.Worth(t, c)).DefaultIfEmpty().Max());
        Unit = all / AllWorth;
        Memory = Math.Min(request.MemoryBudgetBytes - profile.ResidentBytes, TrainingProfileGuard.MostBytes);
        Payload = request.PayloadBudgetBytes ?? long.MaxValue;
        Compute = request.ComputeBudget is { } multiplyAdds ? multiplyAdds - profile.Steps.Sum(s => s.ForwardMultiplyAdds) : long.MaxValue;
        long earlier = 0;
        for (int t = 0; t < Steps.Length; t++)
        {
            TrainingStep step = profile.Steps[t];
            Steps[t] = new Step(
                step.ForwardBytes,
                step.BackwardBytes,
                step.BackwardBytesAtCut,
                step.PassThroughSavedBytes,
                t > 0 ? step.BoundaryBytes + earlier : 0,
                step.InputGradientMultiplyAdds,
                [.. step.Choices.Select((c, i) => new Option(
                    c.SavedBytes, c.PersistentBytes, c.WorkspaceBytes, sizeof(float) * (long)c.ParameterCount, c.MultiplyAdds, all > 0 ? (long)Math.Round(table.Worth(t, i) / Unit) : 0))]);
            earlier = Math.Max(earlier, step.StreamedForwardBytes ?? step.ForwardBytes);
        }
    }

    public Step[] Steps { get; }

    public long Memory { get; }

    public long Payload { get; }

    public long Compute { get; }

    /// <summary>Gets what one unit of worth is in the unit of importance.</summary>
    public double Unit { get; }

    public bool Fits(in SuffixCost cost) => cost.Need <= Memory && cost.Payload <= Payload && cost.Compute <= Compute;

    /// <param name="Forward">Bytes alive while it runs forward, at or after the cut.</param>
    /// <param name="Backward">Bytes alive while it runs backward after the cut.</param>
    /// <param name="BackwardAtCut">The same at the cut.</param>
    /// <param name="PassThrough">Bytes saved when nothing in it is trained.</param>
    /// <param name="BeforeCut">The most that a step before it takes forward, the boundary included, if the cut is here.</param>
    /// <param name="InputGradient">Multiply-adds when it comes after the cut.</param>
    /// <param name="Options">What can be trained.</param>
    public sealed record Step(
        long Forward, long Backward, long BackwardAtCut, long PassThrough, long BeforeCut, long InputGradient, ImmutableArray<Option> Options);

    public readonly record struct Option(long Saved, long Persistent, long Workspace, long Payload, long Compute, long Worth)
    {
        public static Option Nothing => default;
    }
}

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
