namespace Ftte.Selection;

/// <summary>Chooses in order of importance per byte: simple, fast, and usually close to the best.</summary>
/// <remarks>
/// <para>Starts from nothing. As long as one fits, it takes the choice with the most gain for its price. The gain is the importance that the choice
/// adds; a step that has a choice already may trade it for one that is worth more, and what it had is subtracted. The price is the share that it
/// takes of what there is to spend: the bytes that it adds to the peak of the <see cref="MemoryTimeline"/>, over what the memory budget leaves when
/// nothing is trained, plus what it adds to the payload and to the multiply-adds, over their budgets. So without those choices are taken in order of
/// importance per byte added to the peak. A choice without a price comes before all that have one. Ties go to the larger gain, then to
/// the earlier step, then to the earlier choice.</para>
/// <para>A few cheap choices can keep out one that is worth more than all of them. So the same is done once more beginning with the most valuable
/// single choice that fits, and the better of the two results is given; the first if they are equal.</para>
/// <para>Never exceeds a budget. Refuses only if no choice fits. May miss the optimum, as greedy choices do in a knapsack. Deterministic; keeps
/// nothing between calls and may be shared between threads.</para>
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

        // If nothing that fits is worth anything, the first result is empty and the second is not.
        bool isEmpty = grown.All(choice => choice < 0);
        return SelectionResult.Create(request, isEmpty || table.Worth(grownFromSingle) > table.Worth(grown) ? grownFromSingle : grown);
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
                double gain = table.Worth(step, choice) - table.Worth(step, before);
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
        private double Rate => Price > 0 ? Gain / Price : double.PositiveInfinity;

        public bool IsBetterThan(Move other) => Rate > other.Rate || (Rate == other.Rate && Gain > other.Gain);
    }
}
