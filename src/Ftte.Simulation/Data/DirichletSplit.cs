using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Data;

/// <summary>Splits labelled examples among devices so that each has a taste of its own.</summary>
/// <remarks>
/// Each device draws a taste from the symmetric Dirichlet(alpha, ..., alpha) over the classes: small alpha, most of its examples of one or two classes; large
/// alpha, all alike. Then the devices take turns, one example a turn, of a class drawn from their taste as long as that class lasts, after Hsu, Qi and Brown,
/// "Measuring the Effects of Non-Identical Data Distribution" (arXiv 1909.06335). They draw from Dirichlet(alpha p), p the share of each class in all
/// examples: with N classes of the same size, alpha here is theirs over N, and theirs is N times this; with classes of unlike sizes the two differ, as here
/// no class is liked more than another. Taking turns shares out what is left over at the end, which makes the devices a little more alike, the fewer they are.
/// </remarks>
internal static class DirichletSplit
{
    /// <summary>Below it tastes are kept as logarithms: the shares themselves would be too small for float64, ever more often all of them.</summary>
    private const double LeastOfShares = 0.01;

    /// <summary>Splits.</summary>
    /// <param name="labels">The class of each example.</param>
    /// <param name="sizes">How many each device gets, checked.</param>
    /// <param name="alpha">The concentration, positive.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>For each device the indices of its examples.</returns>
    public static int[][] Split(ReadOnlySpan<byte> labels, IReadOnlyList<int> sizes, double alpha, ulong seed)
    {
        Guard.Positive(alpha);
        var random = new SeededRandom(seed);
        Stack<int>[] stock = Shelve(labels, ref random);
        double[][] tastes = new double[sizes.Count][];
        int[][] parts = new int[sizes.Count][];
        for (int device = 0; device < sizes.Count; device++)
        {
            tastes[device] = alpha < LeastOfShares ? DrawLogs(alpha, stock.Length, ref random) : DrawDirichlet(alpha, stock.Length, ref random);
            parts[device] = new int[sizes[device]];
        }

        Span<double> chances = stackalloc double[stock.Length];
        int turns = sizes.Max();
        for (int turn = 0; turn < turns; turn++)
        {
            for (int device = 0; device < parts.Length; device++)
            {
                if (turn < parts[device].Length)
                {
                    parts[device][turn] = Take(stock, tastes[device], alpha, chances, ref random);
                }
            }
        }

        return parts;
    }

    private static int Take(Stack<int>[] stock, double[] taste, double alpha, Span<double> chances, ref SeededRandom random)
    {
        double greatest = alpha < LeastOfShares ? taste.Where((_, label) => stock[label].Count > 0).Max() : 0;
        double total = 0;
        for (int label = 0; label < chances.Length; label++)
        {
            double share = alpha < LeastOfShares ? Math.Exp((taste[label] - greatest) / alpha) : taste[label];
            chances[label] = stock[label].Count > 0 ? share : 0;
            total += chances[label];
        }

        if (total == 0)
        {
            // Nothing is left of what this device would take: any example will do.
            for (int label = 0; label < chances.Length; label++)
            {
                chances[label] = stock[label].Count;
            }
        }

        return stock[random.NextIndex(chances)].Pop();
    }

    private static Stack<int>[] Shelve(ReadOnlySpan<byte> labels, ref SeededRandom random)
    {
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        random.Shuffle<int>(order);
        int classes = 0;
        foreach (byte label in labels)
        {
            classes = Math.Max(classes, label + 1);
        }

        var stock = new Stack<int>[classes];
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

    private static double[] DrawDirichlet(double alpha, int classes, ref SeededRandom random)
    {
        double[] shares = new double[classes];
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

    /// <summary>Draws the logarithms of a taste's shares, times alpha and but for a summand that is the same for all.</summary>
    private static double[] DrawLogs(double alpha, int classes, ref SeededRandom random)
    {
        double[] logs = new double[classes];
        for (int i = 0; i < logs.Length; i++)
        {
            logs[i] = Gamma.DrawScaledLog(alpha, ref random);
        }

        return logs;
    }
}
