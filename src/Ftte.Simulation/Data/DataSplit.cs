using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Data;

/// <summary>Splits examples among devices. Each example goes to at most one device. The same seed gives the same split on every machine.</summary>
public static class DataSplit
{
    /// <summary>Splits examples at random, so that all devices have the same distribution.</summary>
    /// <param name="examples">The number of examples.</param>
    /// <param name="sizes">The number of examples of each device, at most <paramref name="examples"/> in total; see <see cref="EqualSizes"/> and <see cref="LogNormalSizes"/>.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The indices of the examples of each device.</returns>
    /// <exception cref="ArgumentException">The sizes exceed the number of examples, or a size is less than 1.</exception>
    public static int[][] Iid(int examples, IReadOnlyList<int> sizes, ulong seed)
    {
        Check(sizes, examples);
        int[] order = [.. Enumerable.Range(0, examples)];
        new SeededRandom(seed, RandomKey.Split).Shuffle<int>(order);
        int first = 0;
        return [.. sizes.Select(size => order[first..(first += size)])];
    }

    /// <summary>Splits examples so that each device draws its own distribution over classes from a Dirichlet distribution.</summary>
    /// <param name="labels">The class of each example, from 0.</param>
    /// <param name="sizes">The number of examples of each device, at most all in total.</param>
    /// <param name="alpha">
    /// The concentration, the same for every class. With 10 classes and 100 examples per device, a value of 0.1 gives a device 4 or 5 classes, and the two most frequent
    /// classes have five sixths of its examples. Near 0, a device has one class; at 100, all devices have almost the same distribution. With N classes of equal size,
    /// the alpha of Hsu et al. is N times this value.
    /// </param>
    /// <param name="seed">The seed.</param>
    /// <returns>The indices of the examples of each device.</returns>
    /// <exception cref="ArgumentException">The devices need more examples than there are, or a device needs less than one, or alpha is not positive.</exception>
    public static int[][] Dirichlet(ReadOnlySpan<byte> labels, IReadOnlyList<int> sizes, double alpha, ulong seed)
    {
        Check(sizes, labels.Length);
        return DirichletSplit.Split(labels, sizes, alpha, seed);
    }

    /// <summary>Splits examples by owner, such as a writer or a speaker. The examples of an owner stay together.</summary>
    /// <param name="owners">The owner of each example; any numbers.</param>
    /// <param name="devices">The number of devices; null for one per owner. With fewer devices than owners, the owners are assigned in turn, in the order of their first examples.</param>
    /// <returns>The indices of the examples of each device.</returns>
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
            throw new ArgumentException($"There are {lists.Count} owners for {count} devices. Specify at most as many devices as owners.", nameof(devices));
        }

        int[][] parts = new int[count][];
        for (int device = 0; device < count; device++)
        {
            int own = ((lists.Count - 1 - device) / count) + 1;
            parts[device] = [.. Enumerable.Range(0, own).SelectMany(turn => lists[device + (turn * count)])];
        }

        return parts;
    }

    /// <summary>Computes equal sizes. If the division has a remainder, the first devices get one more example.</summary>
    /// <param name="examples">The number of examples.</param>
    /// <param name="devices">The number of devices; at least 1.</param>
    /// <returns>The number of examples of each device.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer examples than devices.</exception>
    public static int[] EqualSizes(int examples, int devices)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(devices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, devices);
        return [.. Enumerable.Range(0, devices).Select(d => (examples / devices) + (d < examples % devices ? 1 : 0))];
    }

    /// <summary>Computes sizes in proportion to draws from a log-normal distribution. Each device gets at least one example.</summary>
    /// <param name="examples">The number of examples.</param>
    /// <param name="devices">The number of devices; at least 1.</param>
    /// <param name="sigma">The standard deviation of the logarithm. At 0, sizes are equal; at 1, some are ten times as large as others. At most about 37.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The number of examples of each device; all examples in total.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There are fewer examples than devices, or the standard deviation is negative, not finite or so large that the distribution's mean is not finite.
    /// </exception>
    public static int[] LogNormalSizes(int examples, int devices, double sigma, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(devices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, devices);
        Guard.NotNegative(sigma);
        if (!double.IsFinite(PortableMath.Exp(sigma * sigma / 2)))
        {
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The mean of the distribution, exp(sigma^2 / 2), is not finite. Specify at most 37.");
        }

        var random = new SeededRandom(seed, RandomKey.Size);
        double[] draws = new double[devices];
        for (int d = 0; d < devices; d++)
        {
            draws[d] = PortableMath.Exp(sigma * random.NextGaussian());
        }

        // Rounding the running total distributes the rounding errors.
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
            throw new ArgumentException($"The sizes add up to {sizes.Sum(size => (long)size)} of {examples} examples, and the minimum is {sizes.Min()}. Specify sizes of at least 1 that add up to at most the number of examples.", nameof(sizes));
        }
    }
}
