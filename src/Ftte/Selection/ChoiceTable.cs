namespace Ftte.Selection;

/// <summary>A request with worth and payload of every choice worked out once: what selectors search in.</summary>
internal sealed class ChoiceTable
{
    private readonly SelectionRequest _request;
    private readonly double[][] _worth;
    private readonly long[][] _payload;

    public ChoiceTable(SelectionRequest request)
    {
        _request = request;
        _worth = [.. request.Profile.Steps.Select(s => s.Choices.Select(c => request.Importance.Scaled.Of(c.Ranges)).ToArray())];
        _payload = [.. request.Profile.Steps.Select(s => s.Choices.Select(c => sizeof(float) * (long)c.ParameterCount).ToArray())];
    }

    public int StepCount => _worth.Length;

    public int ChoiceCount(int step) => _worth[step].Length;

    /// <summary>Gives what a choice is worth in the unit of <see cref="BlockImportance.Scaled"/>; 0 for -1.</summary>
    public double Worth(int step, int choice) => choice < 0 ? 0 : _worth[step][choice];

    /// <summary>Gives what a choice sends, in bytes.</summary>
    public long Payload(int step, int choice) => _payload[step][choice];

    /// <summary>Sums the worth in the order of the steps, so that the same choices always give the same bits.</summary>
    public double Worth(int[] choices) => choices.Select((choice, step) => Worth(step, choice)).Sum();

    public SelectionCost Cost(int[] choices) => new(
        MemoryTimeline.Compute(_request.Profile, choices).PeakBytes,
        choices.Select((choice, step) => choice < 0 ? 0 : _payload[step][choice]).Sum(),
        _request.Profile.CountMultiplyAdds(choices));

    public bool Fits(SelectionCost cost) => FitsMemory(cost) && FitsPayload(cost) && FitsCompute(cost);

    /// <summary>Says whether choices fit with another one in a step; nothing is changed.</summary>
    public bool FitsWith(int[] choices, int step, int choice)
    {
        int before = choices[step];
        choices[step] = choice;
        bool fits = Fits(Cost(choices));
        choices[step] = before;
        return fits;
    }

    /// <summary>Lists a step's choices, those with the most parameters first.</summary>
    public IEnumerable<int> BySize(int step) => Enumerable.Range(0, ChoiceCount(step)).OrderByDescending(choice => _payload[step][choice]);

    /// <summary>Gives the largest choice that saves no more than passing the gradient on does, such as the bias; -1 if there is none.</summary>
    public int BiasChoice(int step) =>
        BySize(step).FirstOrDefault(choice => _request.Profile.Steps[step].Choices[choice].SavedBytes == _request.Profile.Steps[step].PassThroughSavedBytes, -1);

    /// <summary>Gives no choice for any step.</summary>
    public int[] Nothing() => [.. Enumerable.Repeat(-1, StepCount)];

    /// <summary>Lists every choice alone, in order.</summary>
    public IEnumerable<int[]> Singles()
    {
        for (int step = 0; step < StepCount; step++)
        {
            for (int choice = 0; choice < ChoiceCount(step); choice++)
            {
                int[] single = Nothing();
                single[step] = choice;
                yield return single;
            }
        }
    }

    /// <summary>Finds the most valuable choice that fits alone, the first of equals; null if none fits.</summary>
    public int[]? BestSingle(CancellationToken cancellationToken)
    {
        int[]? best = null;
        foreach (int[] single in Singles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Fits(Cost(single)) && (best is null || Worth(single) > Worth(best)))
            {
                best = single;
            }
        }

        return best;
    }

    /// <summary>Explains why no choice fits.</summary>
    /// <remarks>Single choices tell all: several take no less than the first of them does alone (see <see cref="TrainingProfileGuard"/>).</remarks>
    public BudgetTooSmallException Refusal()
    {
        SelectionCost[] costs = [.. Singles().Select(Cost)];
        if (!costs.Any(FitsMemory))
        {
            return new BudgetTooSmallException(_request.MemoryBudgetBytes, Least(costs, c => FitsPayload(c) && FitsCompute(c), c => c.Peak));
        }

        costs = [.. costs.Where(FitsMemory)];
        if (!costs.Any(FitsPayload))
        {
            return new BudgetTooSmallException(_request.PayloadBudgetBytes!.Value, Least(costs, FitsCompute, c => c.Payload), SelectionBudget.Payload);
        }

        long least = costs.Where(FitsPayload).Min(c => c.MultiplyAdds);
        return new BudgetTooSmallException(_request.ComputeBudget!.Value, least, SelectionBudget.Compute);
    }

    /// <summary>Gives the least cost of those that would do in every other way; of all, if there are none such.</summary>
    private static long Least(SelectionCost[] costs, Func<SelectionCost, bool> isPreferred, Func<SelectionCost, long> cost) =>
        (costs.Any(isPreferred) ? costs.Where(isPreferred) : costs).Min(cost);

    private bool FitsMemory(SelectionCost cost) => cost.Peak <= _request.MemoryBudgetBytes;

    private bool FitsPayload(SelectionCost cost) => !(cost.Payload > _request.PayloadBudgetBytes);

    private bool FitsCompute(SelectionCost cost) => !(cost.MultiplyAdds > _request.ComputeBudget);
}
