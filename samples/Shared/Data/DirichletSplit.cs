namespace Ftte.Samples.Shared;

/// <summary>Splits labelled examples among writers so that each has a taste of its own.</summary>
/// <remarks>
/// Each writer draws a taste from Dirichlet(alpha) over the ten classes: small alpha, one or two classes each; large alpha, all alike. Then the writers
/// take turns, one example a turn, of a class drawn from their taste as long as that class lasts, after Hsu, Qi and Brown,
/// "Measuring the Effects of Non-Identical Data Distribution" (arXiv 1909.06335). Taking turns shares out what is left over at the end,
/// which makes the writers a little more alike, the fewer they are.
/// </remarks>
internal static class DirichletSplit
{
    private const int Classes = 10;

    /// <summary>Splits.</summary>
    /// <param name="labels">The class of each example, 0 to 9.</param>
    /// <param name="writers">How many parts to make.</param>
    /// <param name="alpha">The concentration, positive.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>For each writer the indices of its examples. Every example is used once, and the parts' sizes differ by one at most.</returns>
    public static int[][] Split(ReadOnlySpan<byte> labels, int writers, double alpha, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(writers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(alpha);
        ArgumentOutOfRangeException.ThrowIfLessThan(labels.Length, writers);

        var random = new SeededRandom(seed);
        Stack<int>[] stock = Shelve(labels, ref random);
        double[][] tastes = new double[writers][];
        for (int writer = 0; writer < writers; writer++)
        {
            tastes[writer] = DrawDirichlet(alpha, ref random);
        }

        var parts = new List<int>[writers];
        for (int writer = 0; writer < writers; writer++)
        {
            parts[writer] = [];
        }

        Span<double> chances = stackalloc double[Classes];
        for (int turn = 0; turn < labels.Length; turn++)
        {
            int writer = turn % writers;
            double total = 0;
            for (int label = 0; label < chances.Length; label++)
            {
                chances[label] = stock[label].Count > 0 ? tastes[writer][label] : 0;
                total += chances[label];
            }

            if (total == 0)
            {
                // Nothing is left of what this writer would take: any example will do.
                for (int label = 0; label < chances.Length; label++)
                {
                    chances[label] = stock[label].Count;
                }
            }

            parts[writer].Add(stock[random.NextIndex(chances)].Pop());
        }

        return [.. parts.Select(part => part.ToArray())];
    }

    private static Stack<int>[] Shelve(ReadOnlySpan<byte> labels, ref SeededRandom random)
    {
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        random.Shuffle<int>(order);
        var stock = new Stack<int>[Classes];
        for (int label = 0; label < stock.Length; label++)
        {
            stock[label] = new Stack<int>();
        }

        foreach (int example in order)
        {
            stock[labels[example]].Push(example);
        }

        return stock;
    }

    private static double[] DrawDirichlet(double alpha, ref SeededRandom random)
    {
        double[] shares = new double[Classes];
        double total = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = Gamma.Draw(alpha, ref random);
            total += shares[i];
        }

        for (int i = 0; i < shares.Length && total > 0; i++)
        {
            shares[i] /= total;
        }

        return shares;
    }
}
