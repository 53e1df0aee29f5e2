using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Data;

/// <summary>Splits labeled examples among devices so that each device has its own distribution over classes.</summary>
/// <remarks>
/// Each device draws a class distribution from the symmetric Dirichlet(alpha, ..., alpha). With a small alpha, a device has examples of one or two classes; with a
/// large alpha, all devices are similar. Then the devices take turns: in each turn, a device gets one example of a class drawn from its distribution among the classes
/// with examples left (Hsu, Qi and Brown, "Measuring the Effects of Non-Identical Data Distribution", arXiv 1909.06335). The paper draws from Dirichlet(alpha p), where
/// p is the share of each class. With N classes of equal size, its alpha is N times this one; with classes of different sizes, the two differ, because here all classes
/// have equal probability. The last turns distribute the remaining examples, which makes devices a little more similar.
/// </remarks>
internal static class DirichletSplit
{
    /// <summary>Below this alpha, shares are stored as logarithms, because they are too small for float64.</summary>
    private const double LeastOfShares = 0.01;

    /// <summary>Splits the examples.</summary>
    /// <param name="labels">The class of each example.</param>
    /// <param name="sizes">The number of examples of each device, validated.</param>
    /// <param name="alpha">The concentration, positive.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The indices of the examples of each device.</returns>
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
            double share = alpha < LeastOfShares ? PortableMath.Exp((taste[label] - greatest) / alpha) : taste[label];
            chances[label] = stock[label].Count > 0 ? share : 0;
            total += chances[label];
        }

        if (total == 0)
        {
            // No examples are left of the classes in the distribution of this device, so any example is taken.
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

    /// <summary>Draws the logarithms of the shares, times alpha and up to a common summand.</summary>
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
