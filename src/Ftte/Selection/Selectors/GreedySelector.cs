namespace Ftte.Selection;

/// <summary>Chooses in order of importance per byte. Simple, fast, and usually close to the optimum.</summary>
/// <remarks>
/// <para>Starts without choices and repeatedly takes the choice with the highest ratio of gain to price that fits. The gain is the importance that the choice
/// adds; a choice may also replace a less important choice of the same step, which reduces the gain. The price is the sum of three shares:
/// the bytes that the choice adds to the peak of the <see cref="MemoryTimeline"/>, divided by the memory budget that remains if
/// nothing is trained, plus the added payload and the added multiply-adds, each divided by its budget. Without payload and compute budgets, choices are
/// therefore taken in order of importance per byte added to the peak. A choice with price 0 comes first. Ties go to the larger gain, then to
/// the earlier step, then to the earlier choice.</para>
/// <para>A few cheap choices can exclude one that is more important than all of them. Therefore a second run starts with the most important
/// single choice that fits, and the better of the two results is returned; the first if they are equal.</para>
/// <para>Never exceeds a budget. Throws only if no choice fits. May miss the optimum, as greedy choices do in a knapsack problem. Deterministic, without
/// state, and safe to share between threads.</para>
/// </remarks>
public sealed class GreedySelector : IParameterSelector
{
    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var table = new ChoiceTable(request);
        int[] single = table.BestSingle(cancellationToken) ?? throw table.Refusal();
        int[] grown = Grow(request, table, table.Nothing(), cancellationToken);
        int[] grownFromSingle = Grow(request, table, single, cancellationToken);

        // If all choices that fit have importance 0, the first result is empty and the second is not.
        bool isEmpty = grown.All(choice => choice < 0);
        return SelectionResult.Create(request, isEmpty || table.Importance(grownFromSingle) > table.Importance(grown) ? grownFromSingle : grown);
    }

    private static int[] Grow(SelectionRequest request, ChoiceTable table, int[] choices, CancellationToken cancellationToken)
    {
        var costs = new TentativeCosts(request);
        double memory = Math.Max(1, request.MemoryBudgetBytes - table.Cost(table.Nothing()).Peak);
        double payload = Math.Max(1, request.PayloadBudgetBytes ?? double.PositiveInfinity);
        double compute = Math.Max(1, request.ComputeBudget ?? double.PositiveInfinity);
        SelectionCost cost = table.Cost(choices);
        while (FindBest(table, costs, choices, Price) is { } best)
        {
            cancellationToken.ThrowIfCancellationRequested();
            choices[best.Step] = best.Choice;
            cost = best.Cost;
        }

        return choices;

        double Price(SelectionCost after) =>
            ((after.Peak - cost.Peak) / memory) + ((after.Payload - cost.Payload) / payload) + ((after.MultiplyAdds - cost.MultiplyAdds) / compute);
    }

    private static Move? FindBest(ChoiceTable table, TentativeCosts costs, int[] choices, Func<SelectionCost, double> price)
    {
        costs.SetBase(choices);
        Move? best = null;
        for (int step = 0; step < choices.Length; step++)
        {
            int before = choices[step];
            for (int choice = 0; choice < table.ChoiceCount(step); choice++)
            {
                double gain = table.Importance(step, choice) - table.Importance(step, before);
                if (!(gain > 0))
                {
                    continue;
                }

                SelectionCost cost = costs.With(step, choice);
                if (table.Fits(cost))
                {
                    var move = new Move(step, choice, cost, gain, price(cost));
                    best = best is null || move.IsBetterThan(best) ? move : best;
                }
            }
        }

        return best;
    }

    private sealed record Move(int Step, int Choice, SelectionCost Cost, double Gain, double Price)
    {
        // A replacement can reduce the peak. A price of 0 or less comes first: infinity.
        private double Rate => Gain / Math.Max(0, Price);

        public bool IsBetterThan(Move other) => Rate > other.Rate || (Rate == other.Rate && Gain > other.Gain);
    }
}
