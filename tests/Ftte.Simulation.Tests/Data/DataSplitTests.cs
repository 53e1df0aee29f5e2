using CsCheck;
using Ftte.Simulation.Data;

namespace Ftte.Simulation.Tests;

public sealed class DataSplitTests
{
    private static readonly Gen<(int Examples, int[] Sizes, ulong Seed)> Wanted =
        Gen.Select(Gen.Int[1, 30].Array[1, 20], Gen.Int[0, 40], Gen.ULong).Select((sizes, spare, seed) => (sizes.Sum() + spare, sizes, seed));

    [Fact]
    public void Every_device_gets_as_many_as_it_wants_and_no_example_twice() =>
        Wanted.Sample(wanted => IsDivision(DataSplit.Iid(wanted.Examples, wanted.Sizes, wanted.Seed), wanted.Sizes, wanted.Examples), iter: 500);

    [Fact]
    public void Every_device_gets_as_many_as_it_wants_by_taste_too() =>
        Gen.Select(Wanted, Gen.Int[1, 10], Gen.OneOf(Gen.Const(1e-3), Gen.Const(0.1), Gen.Const(1.0), Gen.Const(100.0))).Sample((wanted, classes, alpha) =>
        {
            byte[] labels = [.. Enumerable.Range(0, wanted.Examples).Select(i => (byte)(i % classes))];
            IsDivision(DataSplit.Dirichlet(labels, wanted.Sizes, alpha, wanted.Seed), wanted.Sizes, wanted.Examples);
        }, iter: 500);

    [Fact]
    public void The_same_seed_divides_alike_and_another_does_not()
    {
        byte[] labels = [.. Enumerable.Range(0, 200).Select(i => (byte)(i % 10))];
        Assert.Equal(DataSplit.Iid(100, [30, 50], 1), DataSplit.Iid(100, [30, 50], 1));
        Assert.NotEqual(DataSplit.Iid(100, [30, 50], 1), DataSplit.Iid(100, [30, 50], 2));
        Assert.Equal(DataSplit.Dirichlet(labels, [30, 150], 0.5, 1), DataSplit.Dirichlet(labels, [30, 150], 0.5, 1));
        Assert.NotEqual(DataSplit.Dirichlet(labels, [30, 150], 0.5, 1), DataSplit.Dirichlet(labels, [30, 150], 0.5, 2));
        Assert.Equal(DataSplit.LogNormalSizes(1000, 10, 1, 1), DataSplit.LogNormalSizes(1000, 10, 1, 1));
        Assert.NotEqual(DataSplit.LogNormalSizes(1000, 10, 1, 1), DataSplit.LogNormalSizes(1000, 10, 1, 2));
    }

    [Fact]
    public void At_random_an_example_goes_to_a_device_in_proportion_to_what_it_wants()
    {
        int[] first = new int[20];
        for (ulong seed = 0; seed < 2000; seed++)
        {
            foreach (int example in DataSplit.Iid(20, [5, 15], seed)[0])
            {
                first[example]++;
            }
        }

        Assert.All(first, count => Assert.InRange(count, 420, 580));
    }

    [Fact]
    public void Devices_of_unlike_sizes_have_tastes_alike_in_strength()
    {
        byte[] labels = [.. Enumerable.Range(0, 40_000).Select(i => (byte)(i % 10))];
        int[] sizes = [.. Enumerable.Repeat(50, 100), .. Enumerable.Repeat(150, 100)];
        double[] shares = [.. DataSplit.Dirichlet(labels, sizes, 0.1, 4)
            .Select(part => part.CountBy(example => labels[example]).Max(label => label.Value) / (double)part.Length)];

        // The largest of ten shares from Dirichlet(0.1) is 0.66 on average; with half of the examples to spare, nothing runs out.
        Assert.InRange(shares[..100].Average(), 0.6, 0.73);
        Assert.InRange(shares[100..].Average(), 0.6, 0.73);
    }

    [Fact]
    public void The_examples_of_an_owner_stay_together_in_order()
    {
        int[] owners = [7, -3, 7, 100, -3, 7];
        Assert.Equal([[0, 2, 5], [1, 4], [3]], DataSplit.ByOwner(owners));
        Assert.Equal([[0, 2, 5, 3], [1, 4]], DataSplit.ByOwner(owners, devices: 2));
        Assert.Equal([[0, 2, 5, 1, 4, 3]], DataSplit.ByOwner(owners, devices: 1));
    }

    [Fact]
    public void Owners_are_dealt_out_in_turn_in_the_order_in_which_they_first_come() =>
        Gen.Select(Gen.Int[0, 30].Array[1, 90], Gen.Int[1, 30]).Where((owners, devices) => devices <= owners.Distinct().Count()).Sample((owners, devices) =>
        {
            int[] order = [.. owners.Distinct()];
            Assert.Equal(
                Enumerable.Range(0, devices).Select(device => order
                    .Where((_, turn) => turn % devices == device)
                    .SelectMany(owner => Enumerable.Range(0, owners.Length).Where(example => owners[example] == owner)).ToArray()),
                DataSplit.ByOwner(owners, devices));
        }, iter: 300);

    [Fact]
    public void Every_owner_goes_to_one_device_and_no_device_gets_two_owners_more_than_another() =>
        Gen.Select(Gen.Int[0, 12].Array[1, 60], Gen.Int[1, 12]).Where((owners, devices) => devices <= owners.Distinct().Count()).Sample((owners, devices) =>
        {
            int[][] parts = DataSplit.ByOwner(owners, devices);
            Assert.Equal(Enumerable.Range(0, owners.Length), parts.SelectMany(part => part).Order());
            int[] counts = [.. parts.Select(part => part.Select(example => owners[example]).Distinct().Count())];
            Assert.Equal((devices, owners.Distinct().Count()), (parts.Length, counts.Sum()));
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        }, iter: 300);

    [Fact]
    public void Equal_sizes_differ_by_one_at_most_and_the_first_have_more()
    {
        Assert.Equal([4, 3, 3], DataSplit.EqualSizes(10, 3));
        Assert.Equal([1, 1], DataSplit.EqualSizes(2, 2));
        Assert.Equal([5], DataSplit.EqualSizes(5, 1));
    }

    [Fact]
    public void Log_normal_sizes_share_out_everything_and_leave_nobody_without() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[0, 1000], Gen.Double[0, 5], Gen.ULong).Sample((devices, spare, sigma, seed) =>
        {
            int[] sizes = DataSplit.LogNormalSizes(devices + spare, devices, sigma, seed);
            Assert.Equal((devices, devices + spare), (sizes.Length, sizes.Sum()));
            Assert.All(sizes, size => Assert.True(size >= 1));
        }, iter: 1000);

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void The_logarithms_of_sizes_spread_by_sigma(double sigma)
    {
        double[] logs = [.. DataSplit.LogNormalSizes(10_000_000, 1000, sigma, 3).Select(size => Math.Log(size))];
        double mean = logs.Average();
        Assert.InRange(Math.Sqrt(logs.Average(log => (log - mean) * (log - mean))), sigma * 0.93, (sigma * 1.07) + 1e-3);
    }

    [Fact]
    public void Devices_that_want_more_than_there_is_or_nothing_are_refused_with_the_numbers()
    {
        byte[] labels = new byte[10];
        foreach (Action<int[]> split in (Action<int[]>[])[sizes => DataSplit.Iid(10, sizes, 1), sizes => DataSplit.Dirichlet(labels, sizes, 1, 1)])
        {
            Assert.Contains("add up to 11 of 10 examples, and the minimum is 5", Assert.Throws<ArgumentException>("sizes", () => split([5, 6])).Message);
            Assert.Contains("the minimum is 0", Assert.Throws<ArgumentException>("sizes", () => split([5, 0])).Message);
            Assert.Contains("the minimum is -1", Assert.Throws<ArgumentException>("sizes", () => split([5, -1])).Message);
            Assert.Contains("add up to 4294967294 of", Assert.Throws<ArgumentException>("sizes", () => split([int.MaxValue, int.MaxValue])).Message);
            Assert.Throws<ArgumentOutOfRangeException>("sizes", () => split([]));
            Assert.Throws<ArgumentNullException>("sizes", () => split(null!));
        }

        Assert.Throws<ArgumentException>("sizes", () => DataSplit.Dirichlet([], [1], 1, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_concentration_that_is_not_positive_is_refused(double alpha) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(alpha), () => DataSplit.Dirichlet(new byte[10], [5, 5], alpha, 1));

    [Fact]
    public void More_devices_than_owners_are_refused_with_the_numbers()
    {
        Assert.Contains("There are 2 owners for 3 devices", Assert.Throws<ArgumentException>("devices", () => DataSplit.ByOwner([1, 2, 1], 3)).Message);
        Assert.Throws<ArgumentOutOfRangeException>("devices", () => DataSplit.ByOwner([1, 2, 1], 0));
        Assert.Throws<ArgumentOutOfRangeException>("devices", () => DataSplit.ByOwner([]));
    }

    [Fact]
    public void Fewer_examples_than_devices_have_no_sizes()
    {
        Assert.Throws<ArgumentOutOfRangeException>("examples", () => DataSplit.EqualSizes(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>("devices", () => DataSplit.EqualSizes(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>("examples", () => DataSplit.LogNormalSizes(2, 3, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("devices", () => DataSplit.LogNormalSizes(2, 0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("sigma", () => DataSplit.LogNormalSizes(2, 1, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("sigma", () => DataSplit.LogNormalSizes(2, 1, double.NaN, 1));
    }

    [Theory]
    [InlineData(38)]
    [InlineData(1000)]
    [InlineData(double.MaxValue)]
    public void Sizes_of_a_distribution_without_a_finite_mean_are_refused(double sigma) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(sigma), () => DataSplit.LogNormalSizes(100, 5, sigma, 1));

    [Fact]
    public void The_most_unequal_sizes_give_every_device_an_example_and_are_all_examples()
    {
        for (ulong seed = 0; seed < 100; seed++)
        {
            int[] sizes = DataSplit.LogNormalSizes(100, 5, 37, seed);
            Assert.Equal(100, sizes.Sum());
            Assert.All(sizes, size => Assert.InRange(size, 1, 96));
        }
    }

    private static void IsDivision(int[][] parts, int[] sizes, int examples)
    {
        Assert.Equal(sizes, parts.Select(part => part.Length));
        Assert.Equal(sizes.Sum(), parts.SelectMany(part => part).Distinct().Count());
        Assert.All(parts, part => Assert.All(part, example => Assert.InRange(example, 0, examples - 1)));
    }
}
