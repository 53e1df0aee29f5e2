using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Represents a request as integers: budgets without the fixed costs, and values whose sums do not depend on their order.</summary>
internal sealed class SelectionProblem
{
    /// <summary>The sum of the highest value of each step, in units. Makes one unit about as small as the precision of a double allows.</summary>
    private const double TotalValue = 1L << 50;

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
                    c.SavedBytes, c.PersistentBytes, c.WorkspaceBytes, sizeof(float) * (long)c.ParameterCount, c.MultiplyAdds, Value: 0))]);
            earlier = Math.Max(earlier, step.StreamedForwardBytes ?? step.ForwardBytes);
        }

        // A budget above the cost of the largest selection is treated as no limit. Without this, it would outweigh all others in a weighted sum.
        SuffixCost max = FindMaxCost(Steps);
        Memory = Math.Min(request.MemoryBudgetBytes - profile.ResidentBytes, max.Need);
        Payload = request.PayloadBudgetBytes is { } payload && payload < max.Payload ? payload : long.MaxValue;
        long? compute = request.ComputeBudget - profile.Steps.Sum(s => s.ForwardMultiplyAdds);
        Compute = compute < max.Compute ? compute.Value : long.MaxValue;
        CanBeCut = FindCuts();
        FirstCut = Array.FindIndex(CanBeCut, cuts => cuts.Contains(true));
        FirstCut = FirstCut < 0 ? Steps.Length : FirstCut;
        CanContinue = FindContinuations();
        (Unit, Exponent) = AssignValues(request);
    }

    public Step[] Steps { get; }

    public long Memory { get; }

    public long Payload { get; }

    public long Compute { get; }

    /// <summary>Gets the first step that can be the first trained one within the budgets; the number of steps if nothing fits. No earlier step can be trained.</summary>
    public int FirstCut { get; }

    /// <summary>Gets, for each option of each step, whether it fits the budgets as the first trained one, with nothing trained after it.</summary>
    public bool[][] CanBeCut { get; }

    /// <summary>Gets, for each option of each step, whether it fits the budgets if an earlier step is also trained, with nothing trained after it.</summary>
    public bool[][] CanContinue { get; }

    /// <summary>Gets the importance of one unit of value, multiplied by 2^-<see cref="Exponent"/>.</summary>
    public double Unit { get; }

    /// <summary>Gets the power of two that <see cref="Unit"/> omits, so that <see cref="Unit"/> is neither too large nor too small for a double.</summary>
    public int Exponent { get; }

    public bool Fits(in SuffixCost cost) => cost.Need <= Memory && cost.Payload <= Payload && cost.Compute <= Compute;

    /// <summary>Converts units to importance in the unit of <see cref="BlockImportance.Scaled"/>.</summary>
    public double ToImportance(long units) => Math.ScaleB(units * Unit, Exponent);

    /// <summary>Converts importance in the unit of <see cref="BlockImportance.Scaled"/> to units.</summary>
    /// <returns>A number of units that no selection with at most this importance exceeds; -1 if the importance is negative.</returns>
    public long ToUnits(double importance)
    {
        if (importance < 0)
        {
            return -1;
        }

        double units = Unit == 0 ? 0 : Math.ScaleB(importance, -Exponent) / Unit;

        // The value of each step was rounded by at most half a unit, and the error of the division is less than one unit.
        return units < 2 * TotalValue ? (long)units + (Steps.Length / 2) + 2 : long.MaxValue / 4;
    }

    private static SuffixCost FindMaxCost(Step[] steps)
    {
        SuffixCost cost = default, max = default;
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
                    Value: 0);
            }

            SuffixCost cut = cost.Cut(step, largest);
            cost = cost.After(step, largest);
            max = new SuffixCost(Math.Max(max.Need, Math.Max(cut.Need, cost.Need)), Held: 0, cost.Payload, Math.Max(max.Compute, cut.Compute));
        }

        return max;
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

    /// <summary>Rounds the value of every option to whole units. The sum of the highest value of each step is 2^50 units.</summary>
    /// <remarks>Options that do not fit the budgets have the value 0. Otherwise, a very important one could reduce all others to a fraction of one unit.</remarks>
    private (double Unit, int Exponent) AssignValues(SelectionRequest request)
    {
        double[][] values = [.. request.Profile.Steps.Select((step, t) => step.Choices.Select((c, i) => CanBeCut[t][i] || CanContinue[t][i] ? request.Importance.Scaled.Of(c.Ranges) : 0).ToArray())];
        double max = values.SelectMany(v => v).DefaultIfEmpty().Max();
        if (max == 0)
        {
            return (0, 0);
        }

        int exponent = Math.ILogB(max);
        values = [.. values.Select(step => step.Select(v => Math.ScaleB(v, -exponent)).ToArray())];
        double unit = values.Sum(step => step.DefaultIfEmpty().Max()) / TotalValue;
        for (int t = 0; t < Steps.Length; t++)
        {
            double[] stepValues = values[t];
            Steps[t] = Steps[t] with { Options = [.. Steps[t].Options.Select((option, i) => option with { Value = (long)Math.Round(stepValues[i] / unit) })] };
        }

        return (unit, exponent);
    }

    /// <summary>Represents the costs of a step.</summary>
    /// <param name="Forward">Bytes alive only while the step runs forward, at or after the cut.</param>
    /// <param name="Backward">Bytes alive only while the step runs backward, after the cut.</param>
    /// <param name="BackwardAtCut">Bytes alive only while the step runs backward, at the cut.</param>
    /// <param name="PassThrough">Bytes saved if nothing in the step is trained.</param>
    /// <param name="BeforeCut">The maximum bytes of the forward pass of any earlier step, including the boundary, if the cut is at this step.</param>
    /// <param name="InputGradient">Multiply-adds of the input gradient, after the cut.</param>
    /// <param name="Options">The choices of the step.</param>
    public sealed record Step(
        long Forward, long Backward, long BackwardAtCut, long PassThrough, long BeforeCut, long InputGradient, ImmutableArray<Option> Options);

    public readonly record struct Option(long Saved, long Persistent, long Workspace, long Payload, long Compute, long Value)
    {
        public static Option Nothing => default;
    }
}
