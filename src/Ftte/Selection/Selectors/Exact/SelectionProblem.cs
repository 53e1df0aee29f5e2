using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>A request as plain numbers: budgets without what is spent in any case, and worth as whole numbers, whose sums are the same in any order.</summary>
internal sealed class SelectionProblem
{
    /// <summary>All worth that can be trained together is this many units, so that one unit is at the limit of what a double can tell apart.</summary>
    private const double AllWorth = 1L << 50;

    public SelectionProblem(SelectionRequest request)
    {
        TrainingProfile profile = request.Profile;
        Steps = new Step[profile.Steps.Length];
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
                [.. step.Choices.Select(c => new Option(
                    c.SavedBytes, c.PersistentBytes, c.WorkspaceBytes, sizeof(float) * (long)c.ParameterCount, c.MultiplyAdds, Worth: 0))]);
            earlier = Math.Max(earlier, step.StreamedForwardBytes ?? step.ForwardBytes);
        }

        // A budget above what the largest selection takes is the same as none. Without this, such a budget would hide all others in a weighted sum.
        SuffixCost most = Largest(Steps);
        Memory = Math.Min(request.MemoryBudgetBytes - profile.ResidentBytes, most.Need);
        Payload = request.PayloadBudgetBytes is { } payload && payload < most.Payload ? payload : long.MaxValue;
        long? compute = request.ComputeBudget - profile.Steps.Sum(s => s.ForwardMultiplyAdds);
        Compute = compute < most.Compute ? compute.Value : long.MaxValue;
        CanBeCut = FindCuts();
        FirstCut = Array.FindIndex(CanBeCut, cuts => cuts.Contains(true));
        FirstCut = FirstCut < 0 ? Steps.Length : FirstCut;
        CanContinue = FindContinuations();
        (Unit, Exponent) = AssignWorth(request);
    }

    public Step[] Steps { get; }

    public long Memory { get; }

    public long Payload { get; }

    public long Compute { get; }

    /// <summary>Gets the first step that can be the first trained one within the budgets; the number of steps if nothing fits. No earlier step can be trained.</summary>
    public int FirstCut { get; }

    /// <summary>Gets for each option of each step whether it fits the budgets as the first trained one, with nothing trained after it.</summary>
    public bool[][] CanBeCut { get; }

    /// <summary>Gets the same with an earlier step trained as well.</summary>
    public bool[][] CanContinue { get; }

    /// <summary>Gets what one unit of worth is, in the unit of importance times 2^-<see cref="Exponent"/>.</summary>
    public double Unit { get; }

    /// <summary>Gets the power of two that <see cref="Unit"/> leaves out, so that it is neither too large nor too small for a double.</summary>
    public int Exponent { get; }

    public bool Fits(in SuffixCost cost) => cost.Need <= Memory && cost.Payload <= Payload && cost.Compute <= Compute;

    /// <summary>Converts units of worth to the unit of <see cref="BlockImportance.Scaled"/>.</summary>
    public double ToWorth(long units) => Math.ScaleB(units * Unit, Exponent);

    /// <summary>Converts worth in the unit of <see cref="BlockImportance.Scaled"/> to so many units that what is worth no more has at most as many; -1 if it is negative.</summary>
    public long ToUnits(double worth)
    {
        if (worth < 0)
        {
            return -1;
        }

        double units = Unit == 0 ? 0 : Math.ScaleB(worth, -Exponent) / Unit;

        // Each step's worth was rounded by half a unit at most, and the division by less than one.
        return units < 2 * AllWorth ? (long)units + (Steps.Length / 2) + 2 : long.MaxValue / 4;
    }

    private static SuffixCost Largest(Step[] steps)
    {
        SuffixCost cost = default, most = default;
        for (int t = steps.Length - 1; t >= 0; t--)
        {
            Step step = steps[t];
            var largest = Option.Nothing with { Saved = step.PassThrough };
            foreach (Option option in step.Options)
            {
                largest = new Option(
                    Math.Max(largest.Saved, option.Saved),
                    Math.Max(largest.Persistent, option.Persistent),
                    Math.Max(largest.Workspace, option.Workspace),
                    Math.Max(largest.Payload, option.Payload),
                    Math.Max(largest.Compute, option.Compute),
                    Worth: 0);
            }

            SuffixCost cut = cost.Cut(step, largest);
            cost = cost.After(step, largest);
            most = new SuffixCost(Math.Max(most.Need, Math.Max(cut.Need, cost.Need)), Held: 0, cost.Payload, Math.Max(most.Compute, cut.Compute));
        }

        return most;
    }

    private bool[][] FindCuts()
    {
        bool[][] fits = new bool[Steps.Length][];
        SuffixCost after = default;
        for (int t = Steps.Length - 1; t >= 0; t--)
        {
            Step step = Steps[t];
            SuffixCost rest = after;
            fits[t] = [.. step.Options.Select(option => Fits(rest.Cut(step, option)))];
            after = after.Pass(step);
        }

        return fits;
    }

    private bool[][] FindContinuations()
    {
        bool[][] fits = [.. Steps.Select(step => new bool[step.Options.Length])];
        SuffixCost after = default;
        for (int t = Steps.Length - 1; t > FirstCut; t--)
        {
            Step step = Steps[t];
            SuffixCost rest = after;
            fits[t] = [.. step.Options.Select(option => Fits(rest.After(step, option)))];
            after = after.Pass(step);
        }

        return fits;
    }

    /// <summary>Rounds the worth of every option to whole units, of which all that can be trained together makes 2^50.</summary>
    /// <remarks>What fits no budget does not count: however much it is worth, it must not make everything else a fraction of one unit.</remarks>
    private (double Unit, int Exponent) AssignWorth(SelectionRequest request)
    {
        double[][] worth = [.. request.Profile.Steps.Select((step, t) => step.Choices.Select((c, i) => CanBeCut[t][i] || CanContinue[t][i] ? request.Importance.Scaled.Of(c.Ranges) : 0).ToArray())];
        double max = worth.SelectMany(w => w).DefaultIfEmpty().Max();
        if (max == 0)
        {
            return (0, 0);
        }

        int exponent = Math.ILogB(max);
        worth = [.. worth.Select(step => step.Select(w => Math.ScaleB(w, -exponent)).ToArray())];
        double unit = worth.Sum(step => step.DefaultIfEmpty().Max()) / AllWorth;
        for (int t = 0; t < Steps.Length; t++)
        {
            double[] own = worth[t];
            Steps[t] = Steps[t] with { Options = [.. Steps[t].Options.Select((option, i) => option with { Worth = (long)Math.Round(own[i] / unit) })] };
        }

        return (unit, exponent);
    }

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
