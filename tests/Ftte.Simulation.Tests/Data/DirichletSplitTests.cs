using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.Simulation.Data;

namespace Ftte.Simulation.Tests;

public sealed class DirichletSplitTests
{
    [Theory]
    [InlineData(1000, 10, 0.3, 1)]
    [InlineData(1000, 10, 0.3, 2)]
    [InlineData(997, 31, 0.05, 3)]
    [InlineData(500, 100, 100, 4)]
    [InlineData(12, 12, 1e-6, 5)]
    [InlineData(1, 1, 1, 6)]
    public void Every_example_goes_to_one_writer_and_no_writer_gets_more_than_one_more_than_another(int examples, int writers, double alpha, ulong seed)
    {
        int[][] parts = Split(Labels(examples), writers, alpha, seed);
        Assert.Equal(writers, parts.Length);
        Assert.Equal(Enumerable.Range(0, examples), parts.SelectMany(part => part).Order());
        Assert.All(parts, part => Assert.InRange(part.Length, Math.Max(1, examples / writers), (examples / writers) + 1));
    }

    [Fact]
    public void Labels_that_are_all_alike_are_split_too()
    {
        int[][] parts = Split(new byte[50], 10, 0.1, 1);
        Assert.All(parts, part => Assert.Equal(5, part.Length));
    }

    [Fact]
    public void The_same_seed_splits_alike_and_another_does_not()
    {
        byte[] labels = Labels(400);
        Assert.Equal(Split(labels, 7, 0.3, 1), Split(labels, 7, 0.3, 1));
        Assert.NotEqual(Split(labels, 7, 0.3, 1), Split(labels, 7, 0.3, 2));
    }

    // The largest of ten shares from Dirichlet(alpha) is 0.66, 0.46, 0.29 and 0.1 on average, by a simulation of five thousand draws; using
    // every example costs a little of it.
    [Theory]
    [InlineData(0.1, 0.58, 0.70)]
    [InlineData(0.3, 0.40, 0.50)]
    [InlineData(1, 0.26, 0.32)]
    [InlineData(1000, 0.10, 0.13)]
    public void The_smaller_alpha_the_fewer_digits_a_writer_has(double alpha, double least, double most) =>
        Assert.InRange(ShareOfCommonestDigit(alpha), least, most);

    [Theory]
    [InlineData(1e-3, 1.1)]
    [InlineData(1e-4, 1.01)]
    [InlineData(1e-6, 1)]
    [InlineData(1e-300, 1)]
    [InlineData(double.Epsilon, 1)]
    public void As_alpha_goes_to_zero_a_device_has_one_class(double alpha, double most)
    {
        // As many of each class as all devices want together, so that none runs out.
        byte[] labels = Labels(20_000);
        int[][] parts = DataSplit.Dirichlet(labels, DataSplit.EqualSizes(2000, 100), alpha, 11);
        Assert.InRange(parts.Average(part => Classes(labels, part)), 1, most);

        // Each class is as likely as another.
        Assert.All(Enumerable.Range(0, 10), label => Assert.InRange(parts.Count(part => labels[part[0]] == label), 1, 25));
    }

    [Fact]
    public void A_device_whose_only_class_runs_out_goes_on_to_the_next_only()
    {
        byte[] labels = Labels(200);
        Assert.Equal(5, Classes(labels, DataSplit.Dirichlet(labels, [100], 1e-6, 12)[0]));
    }

    // Of what was published with these: SHA-256 of the devices' examples, one after the other.
    [Theory]
    [InlineData(0.01, "AEC33105C86979DB")]
    [InlineData(0.1, "6BCD0CEC8F357915")]
    [InlineData(0.3, "C7C0B830A58DEE5E")]
    [InlineData(1, "FCD1A515E5131BBF")]
    public void The_usual_alphas_split_as_they_always_did(double alpha, string hash)
    {
        int[] examples = [.. new ulong[] { 1, 2 }.SelectMany(seed => Split(Labels(1000), 10, alpha, seed)).SelectMany(part => part)];
        Assert.StartsWith(hash, Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<int>(examples))));
    }

    [Fact]
    public void Fewer_examples_than_writers_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Split(Labels(9), 10, 0.3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Split(Labels(9), 3, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Split(Labels(9), 0, 0.3, 1));
    }

    private static double ShareOfCommonestDigit(double alpha)
    {
        byte[] labels = Labels(50_000);
        return Split(labels, 100, alpha, 9)
            .Average(part => part.CountBy(example => labels[example]).Max(digit => digit.Value) / (double)part.Length);
    }

    private static int Classes(byte[] labels, int[] part) => part.Select(example => labels[example]).Distinct().Count();

    private static int[][] Split(byte[] labels, int devices, double alpha, ulong seed) =>
        DataSplit.Dirichlet(labels, DataSplit.EqualSizes(labels.Length, devices), alpha, seed);

    private static byte[] Labels(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7 % 10))];
}
