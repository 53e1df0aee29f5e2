using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Data;

/// <summary>Divides examples among devices. Every example goes to one device, and the same seed divides alike on every machine.</summary>
public static class DataSplit
{
    /// <summary>Divides at random: every device sees the same world.</summary>
    /// <param name="examples">How many examples there are.</param>
    /// <param name="sizes">How many each device gets, together at most all; see <see cref="EqualSizes"/> and <see cref="LogNormalSizes"/>.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>For each device the indices of its examples.</returns>
    /// <exception cref="ArgumentException">The devices want more examples than there are, or one wants less than one.</exception>
    public static int[][] Iid(int examples, IReadOnlyList<int> sizes, ulong seed)
    {
        Check(sizes, examples);
        int[] order = [.. Enumerable.Range(0, examples)];
        new SeededRandom(seed, RandomKey.Split).Shuffle<int>(order);
        int first = 0;
        return [.. sizes.Select(size => order[first..(first += size)])];
    }

    /// <summary>Divides by taste in classes: see <see cref="DirichletSplit"/>.</summary>
    /// <param name="labels">The class of each example, 0 to one less than their number.</param>
    /// <param name="sizes">How many each device gets, together at most all.</param>
    /// <param name="alpha">
    /// The concentration, the same for every class. Of 10 classes and 100 examples a device has, at 0.1, some 4 or 5 classes, and of the two commonest five
    /// sixths of its examples or more; ever nearer to 0, one class; at 100 all devices are alike. With N classes of the same size, N times what is given here
    /// is the alpha of Hsu et al.
    /// </param>
    /// <param name="seed">The seed.</param>
    /// <returns>For each device the indices of its examples.</returns>
    /// <exception cref="ArgumentException">The devices want more examples than there are, or one wants less than one, or alpha is not positive.</exception>
    public static int[][] Dirichlet(ReadOnlySpan<byte> labels, IReadOnlyList<int> sizes, double alpha, ulong seed)
    {
        Check(sizes, labels.Length);
        return DirichletSplit.Split(labels, sizes, alpha, seed);
    }

    /// <summary>Divides by who made the examples: each writer's, or each speaker's, stay together.</summary>
    /// <param name="owners">Who made each example: any numbers.</param>
    /// <param name="devices">Among how many devices; null for one per owner. With fewer, owners are dealt out in the order in which they first come.</param>
    /// <returns>For each device the indices of its examples.</returns>
    /// <exception cref="ArgumentException">There are fewer owners than devices.</exception>
    public static int[][] ByOwner(ReadOnlySpan<int> owners, int? devices = null)
    {
        var order = new Dictionary<int, List<int>>();
        var lists = new List<List<int>>();
        for (int i = 0; i < owners.Length; i++)
        {
            if (!order.TryGetValue(owners[i], out List<int>? own))
            {
                order.Add(owners[i], own = []);
                lists.Add(own);
            }

            own.Add(i);
        }

        int count = devices ?? lists.Count;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(devices));
        if (lists.Count < count)
        {
            throw new ArgumentException($"There are {lists.Count} owners for {count} devices; give at most as many devices.", nameof(devices));
        }

        int[][] parts = new int[count][];
        for (int device = 0; device < count; device++)
        {
            int own = ((lists.Count - 1 - device) / count) + 1;
            parts[device] = [.. Enumerable.Range(0, own).SelectMany(turn => lists[device + (turn * count)])];
        }

        return parts;
    }

    /// <summary>Gives every device as many examples, but for one more to the first few.</summary>
    /// <param name="examples">How many examples there are.</param>
    /// <param name="devices">Among how many devices, at least 1.</param>
    /// <returns>How many each gets.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer examples than devices.</exception>
    public static int[] EqualSizes(int examples, int devices)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(devices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, devices);
        return [.. Enumerable.Range(0, devices).Select(d => (examples / devices) + (d < examples % devices ? 1 : 0))];
    }

    /// <summary>Gives devices unlike numbers of examples, in proportion to draws from a log-normal law, and each at least one.</summary>
    /// <param name="examples">How many examples there are.</param>
    /// <param name="devices">Among how many devices, at least 1.</param>
    /// <param name="sigma">The standard deviation of the logarithm; 0 for equal sizes, 1 for some ten times larger than others. At most about 37.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>How many each gets; together all.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There are fewer examples than devices, or the standard deviation is negative, not finite or so large that the distribution's mean is not finite.
    /// </exception>
    public static int[] LogNormalSizes(int examples, int devices, double sigma, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(devices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, devices);
        Guard.NotNegative(sigma);
        if (!double.IsFinite(Math.Exp(sigma * sigma / 2)))
        {
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The mean of the distribution, exp(sigma^2 / 2), is not finite. Specify at most 37.");
        }

        var random = new SeededRandom(seed, RandomKey.Size);
        double[] draws = new double[devices];
        for (int d = 0; d < devices; d++)
        {
            draws[d] = Math.Exp(sigma * random.NextGaussian());
        }

        // Rounding the running total spreads what rounding loses.
        double all = draws.Sum(), running = 0;
        int given = 0, spare = examples - devices;
        int[] sizes = new int[devices];
        for (int d = 0; d < devices; d++)
        {
            running += draws[d];
            int until = d == devices - 1 ? spare : (int)Math.Round(spare * (running / all));
            sizes[d] = 1 + until - given;
            given = until;
        }

        return sizes;
    }

    private static void Check(IReadOnlyList<int> sizes, int examples)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentOutOfRangeException.ThrowIfZero(sizes.Count, nameof(sizes));
        if (sizes.Any(size => size < 1) || sizes.Sum(size => (long)size) > examples)
        {
            throw new ArgumentException($"The devices want {sizes.Sum(size => (long)size)} examples, the least of them {sizes.Min()}; there are {examples}, and each must get one.", nameof(sizes));
        }
    }
}
