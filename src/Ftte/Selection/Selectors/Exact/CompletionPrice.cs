namespace Ftte.Selection;

/// <summary>Represents the Lagrangian price of one unit of a weighted constraint.</summary>
/// <remarks>
/// For any price, the value of every solution is at most the price of the whole budget plus, for each step, the maximum of an option's value minus the price of its
/// cost (weak duality). This bound is convex in the price, so bisection finds its minimum. A price is an integer divided by a power of two, and
/// products are rounded down. Therefore the prices of several costs never add up to more than the price of their sum.
/// </remarks>
internal readonly struct CompletionPrice
{
    private const int Bits = 60;
    private const int Bisections = 60;

    /// <summary>The maximum price of the whole budget, as a multiple of the total value.</summary>
    private const int MaxPriceRatio = 1 << 6;

    private readonly long _factor;
    private readonly int _shift;

    private CompletionPrice(double price)
    {
        // The factor is below 2^61, so that its product with any cost fits into 128 bits. Prices outside the range of this format become 0, which is also valid.
        _shift = price > 0 ? Math.Clamp(Bits - Math.ILogB(price), 0, 126) : 0;
        double factor = Math.ScaleB(price, _shift);
        _factor = factor < 1L << 61 ? (long)factor : 0;
    }

    /// <summary>Returns the price of a cost, rounded down.</summary>
    public long Of(long cost) => _factor == 0 ? 0 : (long)(((Int128)cost * _factor) >> _shift);

    /// <summary>Finds the price that gives the tightest bound on the whole problem.</summary>
    /// <param name="options">The options of each step. In steps after the first cut, the first option is no choice.</param>
    /// <param name="firstCut">The first step that can be the cut.</param>
    /// <param name="weights">The constraint.</param>
    public static CompletionPrice Find(List<StepOption>[] options, int firstCut, ConstraintWeights weights)
    {
        var steps = new (double Value, double Cost, bool Continues)[options.Length][];
        double baseCost = 0, totalValue = 0;
        for (int t = 0; t < steps.Length; t++)
        {
            double nothing = t > firstCut ? weights.CostOf(t, options[t][0]).Cost : 0;
            baseCost += nothing;
            steps[t] = [.. options[t].Select(o => ((double)o.Option.Value, o.Continues ? weights.CostOf(t, o).Cost - nothing : weights.CostOf(t, o).Required - baseCost, o.Continues))];
            totalValue += options[t].Select(o => (double)o.Option.Value).DefaultIfEmpty().Max();
        }

        // At the first limit, the price of the remaining budget equals the total value; the best price is rarely higher. The second limit prevents overflow:
        // an option costs at most a few times the whole budget.
        double budget = weights.Budget - baseCost, low = 0;
        double high = Math.Min(totalValue / Math.Max(1, budget), MaxPriceRatio * totalValue / Math.Max(1, weights.Budget));
        for (int i = 0; i < Bisections && high > low; i++)
        {
            double price = (low + high) / 2;
            (low, high) = CostOfBest(steps, price) > budget ? (price, high) : (low, price);
        }

        return new CompletionPrice(high);
    }

    /// <summary>Returns the cost of the solution with the highest value minus price.</summary>
    private static double CostOfBest((double Value, double Cost, bool Continues)[][] steps, double price)
    {
        (double Gain, double Cost) best = (double.NegativeInfinity, 0);
        foreach ((double Value, double Cost, bool Continues)[] step in steps)
        {
            (double Gain, double Cost) next = (double.NegativeInfinity, 0);
            foreach ((double value, double cost, bool continues) in step)
            {
                (double gain, double spent) = continues ? best : (0, 0);
                gain += value - (price * cost);
                next = gain > next.Gain ? (gain, spent + cost) : next;
            }

            best = next;
        }

        return best.Cost;
    }
}
