namespace Ftte.Selection;

/// <summary>What a unit of a weighted constraint is worth.</summary>
/// <remarks>
/// At any price no solution is worth more than the whole budget at that price plus, for each step, the most that an offer is worth above what it takes at that price
/// (weak duality). That bound is convex in the price, so bisection finds its least. A price is a whole number over a power of two, and products
/// are rounded down: what several offers take adds up to no more than what they take together.
/// </remarks>
internal readonly struct CompletionPrice
{
    private const int Bits = 60;
    private const int Bisections = 60;

    /// <summary>The whole budget is never worth more than so many times everything.</summary>
    private const int MaxShare = 1 << 6;

    private readonly long _factor;
    private readonly int _shift;

    private CompletionPrice(double price)
    {
        // The factor is below 2^61, so that its product with any cost fits into 128 bits. Prices too small for that are none.
        _shift = price > 0 ? Math.Clamp(Bits - Math.ILogB(price), 0, 126) : 0;
        double factor = Math.ScaleB(price, _shift);
        _factor = factor < 1L << 61 ? (long)factor : 0;
    }

    /// <summary>Gets what a cost is worth, rounded down.</summary>
    public long Of(long cost) => _factor == 0 ? 0 : (long)(((Int128)cost * _factor) >> _shift);

    /// <summary>Finds the price at which everything is bounded best.</summary>
    /// <param name="offers">For each step what it may do; in steps after the first cut, nothing comes first.</param>
    /// <param name="firstCut">The first step that can be the cut.</param>
    /// <param name="weights">The constraint.</param>
    public static CompletionPrice Find(List<Offer>[] offers, int firstCut, ConstraintWeights weights)
    {
        var steps = new (double Worth, double Cost, bool GoesOn)[offers.Length][];
        double setAside = 0, all = 0;
        for (int t = 0; t < steps.Length; t++)
        {
            double nothing = t > firstCut ? weights.Price(t, offers[t][0]).Cost : 0;
            setAside += nothing;
            steps[t] = [.. offers[t].Select(o => ((double)o.Option.Worth, o.GoesOn ? weights.Price(t, o).Cost - nothing : weights.Price(t, o).Room - setAside, o.GoesOn))];
            all += offers[t].Select(o => (double)o.Option.Worth).DefaultIfEmpty().Max();
        }

        // At this price what is left of the budget is worth as much as everything: the best price is rarely beyond. No offer takes more than a few whole
        // budgets, so that with the other limit no product with a cost overflows.
        double budget = weights.Budget - setAside, low = 0, high = Math.Min(all / Math.Max(1, budget), MaxShare * all / Math.Max(1, weights.Budget));
        for (int i = 0; i < Bisections && high > low; i++)
        {
            double price = (low + high) / 2;
            (low, high) = CostOfBest(steps, price) > budget ? (price, high) : (low, price);
        }

        return new CompletionPrice(high);
    }

    /// <summary>Gives what the solution takes that is worth most above its price.</summary>
    private static double CostOfBest((double Worth, double Cost, bool GoesOn)[][] steps, double price)
    {
        (double Gain, double Cost) best = (double.NegativeInfinity, 0);
        foreach ((double Worth, double Cost, bool GoesOn)[] step in steps)
        {
            (double Gain, double Cost) next = (double.NegativeInfinity, 0);
            foreach ((double worth, double cost, bool goesOn) in step)
            {
                (double gain, double spent) = goesOn ? best : (0, 0);
                gain += worth - (price * cost);
                next = gain > next.Gain ? (gain, spent + cost) : next;
            }

            best = next;
        }

        return best.Cost;
    }
}
