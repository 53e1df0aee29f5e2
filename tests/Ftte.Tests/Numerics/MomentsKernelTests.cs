using System.Runtime.CompilerServices;
using CsCheck;
using Ftte.Numerics;

namespace Ftte.Tests.Numerics;

public class MomentsKernelTests
{
    private const int Lanes = 32;

    private delegate void Path(ReadOnlySpan<float> values, Span<double> sums, Span<double> squares);

    public static TheoryData<int> Lengths => [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 4095, 4096, 4097, 10000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_has_the_bits_of_the_readable_twin(int length)
    {
        (double sum, double square) = Twin(Values(length));
        Assert.Equal((sum, square), MomentsKernel.Measure(Values(length)));
        Assert.All((Path[])[MomentsKernel.Accumulate128, MomentsKernel.Accumulate256, MomentsKernel.Accumulate512], path =>
        {
            (double[] sums, double[] squares) = Accumulate(MomentsKernel.AccumulateScalar, Values(length));
            (double[] widerSums, double[] widerSquares) = Accumulate(path, Values(length));
            AssertSameBits(sums, widerSums);
            AssertSameBits(squares, widerSquares);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(11)]
    public void The_alignment_of_the_values_leaves_no_trace(int offset)
    {
        float[] values = Values(5000);
        var shifted = new float[values.Length + offset];
        values.CopyTo(shifted, offset);
        Assert.Equal(MomentsKernel.Measure(values), MomentsKernel.Measure(shifted.AsSpan(offset)));
        foreach (Path path in (Path[])[MomentsKernel.Accumulate128, MomentsKernel.Accumulate256, MomentsKernel.Accumulate512])
        {
            AssertSameBits(Accumulate(path, values).Sums, Accumulate(path, shifted.AsSpan(offset)).Sums);
        }
    }

    [Fact]
    public void Extreme_values_have_the_bits_of_the_readable_twin() =>
        Gen.Float.Where(float.IsFinite).Array[0, 200].Sample(values => Assert.Equal(Twin(values), MomentsKernel.Measure(values)));

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_value_that_is_not_finite_reaches_the_sum_of_squares_wherever_it_is(int length)
    {
        foreach (int at in new[] { 0, length / 3, length - 1 }.Where(i => i >= 0 && i < length))
        {
            float[] values = Values(length);
            values[at] = float.NaN;
            Assert.True(double.IsNaN(MomentsKernel.Measure(values).SumOfSquares));
            values[at] = float.NegativeInfinity;
            Assert.True(double.IsPositiveInfinity(MomentsKernel.Measure(values).SumOfSquares));
            values[(at + 1) % length] = float.PositiveInfinity;
            Assert.True(double.IsPositiveInfinity(MomentsKernel.Measure(values).SumOfSquares));
        }
    }

    private static float[] Values(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-6, 4)))];
    }

    /// <summary>The documented order: element i in lane i mod 32, then lanes folded in halves.</summary>
    private static (double Sum, double SumOfSquares) Twin(float[] values)
    {
        return (Fold(v => v), Fold(v => v * v));

        double Fold(Func<double, double> term)
        {
            var lanes = new double[Lanes];
            for (int i = 0; i < values.Length; i++)
            {
                lanes[i % Lanes] += term(values[i]);
            }

            for (int half = Lanes / 2; half > 0; half /= 2)
            {
                lanes = [.. Enumerable.Range(0, half).Select(i => lanes[i] + lanes[i + half])];
            }

            return lanes[0];
        }
    }

    private static (double[] Sums, double[] Squares) Accumulate(Path path, ReadOnlySpan<float> values)
    {
        double[] sums = new double[Lanes], squares = new double[Lanes];
        int whole = values.Length & -Lanes;
        path(values[..whole], sums, squares);
        MomentsKernel.AccumulateScalar(values[whole..], sums, squares);
        return (sums, squares);
    }

    private static void AssertSameBits(double[] expected, double[] actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        Assert.True(expected.Select(BitConverter.DoubleToInt64Bits).SequenceEqual(actual.Select(BitConverter.DoubleToInt64Bits)), what);
    }
}
