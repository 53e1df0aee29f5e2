using System.Numerics;
using CsCheck;
using Ftte.Numerics;

namespace Ftte.Tests.Numerics;

public class FixedPointKernelTests
{
    private static readonly int[] Lengths = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023, 1025];
    private static readonly Path[] Paths = [FixedPointKernel.Fold128, FixedPointKernel.Fold256, FixedPointKernel.Fold512, Chosen];

    private delegate void Path(ReadOnlySpan<float> values, float coefficient, Span<long> sums);

    [Fact]
    public void Every_width_folds_the_bits_of_the_readable_twin() =>
        Assert.All(Lengths, length =>
        {
            var random = new Random(length);
            float[] values = [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-12, 3)))];
            long[] sums = [.. Enumerable.Range(0, length).Select(_ => random.NextInt64() >> 2)];
            AssertFoldsLikeTwin(values, 1.7320508f, sums);
        });

    [Fact]
    public void The_alignment_of_values_and_sums_leaves_no_trace()
    {
        var random = new Random(4);
        float[] values = [.. Enumerable.Range(0, 300).Select(_ => random.NextSingle() - 0.5f)];
        var expected = new long[300];
        FixedPointKernel.FoldScalar(values, 0.3f, expected);
        foreach (Path path in Paths)
        {
            for (int offset = 0; offset < 8; offset++)
            {
                var shifted = new float[300 + offset];
                values.CopyTo(shifted, offset);
                var sums = new long[300 + 7 - offset];
                path(shifted.AsSpan(offset), 0.3f, sums.AsSpan(7 - offset));
                Assert.Equal(expected, sums[(7 - offset)..]);
            }
        }
    }

    [Fact]
    public void Any_product_below_the_fast_limit_folds_like_the_twin() =>
        Gen.Select(Gen.Float.Where(float.IsFinite).Array[0, 70], Gen.Float[0, 4000]).Sample((values, coefficient) =>
        {
            float[] below = [.. values.Select(v => Math.Abs((double)v * coefficient) < FixedPointKernel.FastLimit ? v : MathF.IEEERemainder(v, 0.5f))];
            AssertFoldsLikeTwin(below, coefficient, new long[below.Length]);
        });

    [Fact]
    public void Products_next_to_the_fast_limit_fold_like_the_twin()
    {
        float largest = MathF.BitDecrement(2048);
        float[] values = [.. Enumerable.Range(0, 33).SelectMany(i => new[] { largest - (i * 0.0001220703125f), -largest + (i * 0.0001220703125f) })];
        AssertFoldsLikeTwin(values, 1, new long[values.Length]);
        AssertFoldsLikeTwin([.. values.Select(v => v / 1024)], 1024, new long[values.Length]);
        var sums = new long[1];
        FixedPointKernel.Fold512([largest], 1, sums);
        Assert.Equal((long)(largest * FixedPointKernel.One), sums[0]);
    }

    [Fact]
    public void Halves_of_the_unit_go_to_the_even_neighbour()
    {
        long[] expected = [0, 2, 2, 4, 4, 6, 0, -2, -2, -4, -4, -6];
        float[] values = [.. Enumerable.Range(0, 6).Concat(Enumerable.Range(0, 6)).Select((k, i) => (i < 6 ? 1 : -1) * MathF.ScaleB((2 * k) + 1, -41))];
        foreach (Path path in (Path[])[.. Paths, FixedPointKernel.FoldScalar])
        {
            // Four times, so that every path sees whole vectors.
            var sums = new long[48];
            path([.. values, .. values, .. values, .. values], 1, sums);
            Assert.Equal([.. expected, .. expected, .. expected, .. expected], sums);
        }
    }

    [Fact]
    public void Large_products_take_the_path_that_can_hold_them()
    {
        float[] values = [.. Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? 1 : -1) * (2048 + (i * 211000.25f)))];
        var sums = new long[40];
        FixedPointKernel.Fold(values, 1, sums, maxProduct: 8.3e6);
        Assert.Equal(values.Select(v => Exact(v, 1)), sums.Select(s => (BigInteger)s));
    }

    [Fact]
    public void The_limit_itself_is_not_fast()
    {
        var sums = new long[16];
        float[] values = [.. Enumerable.Repeat(2048f, 8), .. Enumerable.Repeat(3000.7f, 8)];
        FixedPointKernel.Fold(values, 1, sums, FixedPointKernel.FastLimit);
        Assert.Equal(values.Select(v => Exact(v, 1)), sums.Select(s => (BigInteger)s));
    }

    [Fact]
    public void The_twin_rounds_the_exact_product_once() =>
        Gen.Select(Gen.Float[-2000, 2000], Gen.Int[-30, 0], Gen.Float[0, 1]).Sample((mantissa, exponent, coefficient) =>
        {
            float value = MathF.ScaleB(mantissa, exponent);
            var sums = new long[1];
            FixedPointKernel.FoldScalar([value], coefficient, sums);
            Assert.Equal(Exact(value, coefficient), sums[0]);
        });

    [Fact]
    public void Sums_add_up_and_what_lies_behind_the_values_stays()
    {
        long[] sums = [5, -7, 9];
        FixedPointKernel.Fold([1, 0.5f], 2, sums, 2);
        Assert.Equal([5 + (2L << 40), -7 + (1L << 40), 9], sums);
    }

    private static void Chosen(ReadOnlySpan<float> values, float coefficient, Span<long> sums) =>
        FixedPointKernel.Fold(values, coefficient, sums, Math.BitDecrement(FixedPointKernel.FastLimit));

    private static void AssertFoldsLikeTwin(float[] values, float coefficient, long[] start)
    {
        long[] expected = [.. start];
        FixedPointKernel.FoldScalar(values, coefficient, expected);
        Assert.All(Paths, path =>
        {
            long[] sums = [.. start];
            path(values, coefficient, sums);
            Assert.Equal(expected, sums);
        });
    }

    /// <summary>round(value * coefficient * 2^40), ties to even, in whole numbers.</summary>
    private static BigInteger Exact(float value, float coefficient)
    {
        (BigInteger a, int x) = Parts(value);
        (BigInteger b, int y) = Parts(coefficient);
        BigInteger product = a * b;
        int shift = x + y + FixedPointKernel.FractionBits;
        if (shift >= 0)
        {
            return product << shift;
        }

        // The shift of a negative number rounds down, so the rest is never negative.
        BigInteger floor = product >> -shift, twiceTheRest = (product - (floor << -shift)) << 1, one = BigInteger.One << -shift;
        return twiceTheRest > one || (twiceTheRest == one && !floor.IsEven) ? floor + 1 : floor;
    }

    private static (BigInteger Mantissa, int Exponent) Parts(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value), exponent = (bits >> 23) & 0xff, fraction = bits & 0x7fffff;
        BigInteger mantissa = exponent == 0 ? fraction : fraction | 0x800000;
        return (bits < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 150);
    }
}
