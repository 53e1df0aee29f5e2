namespace Ftte.Selection;

/// <summary>Stores the precomputed importance and payload of every choice of a request, for selectors to search.</summary>
internal sealed class ChoiceTable
{
    private readonly SelectionRequest _request;
    private readonly double[][] _importance;
    private readonly long[][] _payload;

    public ChoiceTable(SelectionRequest request)
    {
        _request = request;
        _importance = [.. request.Profile.Steps.Select(s => s.Choices.Select(c => request.Importance.Scaled.Of(c.Ranges)).ToArray())];
        _payload = [.. request.Profile.Steps.Select(s => s.Choices.Select(c => sizeof(float) * (long)c.ParameterCount).ToArray())];
    }

    public int StepCount => _importance.Length;

    public int ChoiceCount(int step) => _importance[step].Length;

    /// <summary>Returns the importance of a choice in the unit of <see cref="BlockImportance.Scaled"/>; 0 for -1.</summary>
    public double Importance(int step, int choice) => choice < 0 ? 0 : _importance[step][choice];

    /// <summary>Returns the payload of a choice, in bytes.</summary>
    public long Payload(int step, int choice) => _payload[step][choice];

    /// <summary>Sums the importance in the order of the steps, so that the same choices always result in the same bits.</summary>
    public double Importance(int[] choices) => choices.Select((choice, step) => Importance(step, choice)).Sum();

    public SelectionCost Cost(int[] choices) => new(
        MemoryTimeline.Compute(_request.Profile, choices).PeakBytes,
        choices.Select((choice, step) => choice < 0 ? 0 : _payload[step][choice]).Sum(),
        _request.Profile.CountMultiplyAdds(choices));

    public bool Fits(SelectionCost cost) => FitsMemory(cost) && FitsPayload(cost) && FitsCompute(cost);

    /// <summary>Determines whether choices fit with the choice of one step replaced; restores the choices afterward.</summary>
    public bool FitsWith(int[] choices, int step, int choice)
    {
        int before = choices[step];
        choices[step] = choice;
        bool fits = Fits(Cost(choices));
        choices[step] = before;
        return fits;
    }

    /// <summary>Lists the choices of a step in descending order of the number of parameters.</summary>
    public IEnumerable<int> BySize(int step) => Enumerable.Range(0, ChoiceCount(step)).OrderByDescending(choice => _payload[step][choice]);

    /// <summary>Returns the largest choice that saves as many bytes as passing the gradient through, such as the bias; -1 if there is none.</summary>
    public int BiasChoice(int step) =>
        BySize(step).FirstOrDefault(choice => _request.Profile.Steps[step].Choices[choice].SavedBytes == _request.Profile.Steps[step].PassThroughSavedBytes, -1);

    /// <summary>Creates an array with no choice for any step.</summary>
    public int[] Nothing() => [.. Enumerable.Repeat(-1, StepCount)];

    /// <summary>Lists all selections with a single choice, in order.</summary>
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

    /// <summary>Finds the single choice with the highest importance that fits, the first of equals; null if none fits.</summary>
    public int[]? BestSingle(CancellationToken cancellationToken)
    {
        int[]? best = null;
        foreach (int[] single in Singles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Fits(Cost(single)) && (best is null || Importance(single) > Importance(best)))
            {
                best = single;
            }
        }

        return best;
    }

    /// <summary>Creates an exception that states why no choice fits.</summary>
    /// <remarks>Single choices are sufficient: several choices cost at least as much as the first of them alone (see <see cref="TrainingProfileGuard"/>).</remarks>
    public BudgetTooSmallException Refusal()
    {
        SelectionCost[] costs = [.. Singles().Select(Cost)];
        if (!costs.Any(FitsMemory))
        {
            return new BudgetTooSmallException(_request.MemoryBudgetBytes, GetMin(costs, c => FitsPayload(c) && FitsCompute(c), c => c.Peak));
        }

        costs = [.. costs.Where(FitsMemory)];
        if (!costs.Any(FitsPayload))
        {
            return new BudgetTooSmallException(_request.PayloadBudgetBytes!.Value, GetMin(costs, FitsCompute, c => c.Payload), SelectionBudget.Payload);
        }

        long min = costs.Where(FitsPayload).Min(c => c.MultiplyAdds);
        return new BudgetTooSmallException(_request.ComputeBudget!.Value, min, SelectionBudget.Compute);
    }

    /// <summary>Returns the minimum cost among the preferred choices, or among all choices if none is preferred.</summary>
    private static long GetMin(SelectionCost[] costs, Func<SelectionCost, bool> isPreferred, Func<SelectionCost, long> cost) =>
        (costs.Any(isPreferred) ? costs.Where(isPreferred) : costs).Min(cost);

    private bool FitsMemory(SelectionCost cost) => cost.Peak <= _request.MemoryBudgetBytes;

    private bool FitsPayload(SelectionCost cost) => !(cost.Payload > _request.PayloadBudgetBytes);

    private bool FitsCompute(SelectionCost cost) => !(cost.MultiplyAdds > _request.ComputeBudget);
}
