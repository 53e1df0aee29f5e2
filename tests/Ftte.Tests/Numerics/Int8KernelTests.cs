using System.Buffers.Binary;
using CsCheck;
using Ftte.Numerics;

namespace Ftte.Tests.Numerics;

public sealed class Int8KernelTests
{
    private static readonly int[] Lengths = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128];

    [Fact]
    public void Every_width_and_length_quantizes_like_the_scalar_twin() => Gen.Select(Gen.ULong, Gen.UInt, Gen.Float[-130f, 130f].Array[128]).Sample((seed, index, values) =>
    {
        var hash = new CounterHash(seed);
        foreach (int length in Lengths)
        {
            ReadOnlySpan<float> group = values.AsSpan(0, length);
            byte[] expected = new byte[length];
            Int8Kernel.QuantizeScalar(group, 1f, index, hash, expected);
            foreach (Quantizer quantize in Quantizers)
            {
                byte[] actual = new byte[length];
                int done = quantize(group, 1f, index, hash, actual);
                Int8Kernel.QuantizeScalar(group[done..], 1f, index + (uint)done, hash, actual.AsSpan(done));
                Assert.Equal(expected, actual);
                Assert.InRange(done, Math.Max(0, length - 63), length);
            }
        }
    });

    [Fact]
    public void Every_width_and_length_restores_like_the_scalar_twin() => Gen.Select(Gen.Float[0f, 1e30f], Gen.Byte.Array[128]).Sample((scale, bytes) =>
    {
        foreach (int length in Lengths)
        {
            float[] expected = new float[length];
            Int8Kernel.RestoreScalar(bytes, scale, expected);
            foreach (Restorer restore in Restorers)
            {
                float[] actual = new float[length];
                int done = restore(bytes.AsSpan(0, length), scale, actual);
                Int8Kernel.RestoreScalar(bytes.AsSpan(done), scale, actual.AsSpan(done));
                Assert.Equal(expected, actual);
                Assert.InRange(done, Math.Max(0, length - 63), length);
            }
        }
    });

    [Fact]
    public void No_value_moves_by_more_than_its_scale() => Gen.Select(Gen.ULong, Gen.Float.Where(float.IsFinite).Array[1, 300]).Sample((seed, values) =>
    {
        float[] restored = ThereAndBack(values, seed, out float[] scales);
        for (int i = 0; i < values.Length; i++)
        {
            // x / scale and q * scale each round once in float32: 127 units of 2^-24 apiece.
            double tolerance = scales[i / 128] * (1 + Math.ScaleB(1, -15));
            Assert.True(Math.Abs((double)restored[i] - values[i]) <= tolerance, $"{values[i]} became {restored[i]} at scale {scales[i / 128]}");
        }
    });

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(3.3e38f)]
    [InlineData(1f)]
    [InlineData(2e-36f)]
    [InlineData(1.17549435e-38f)]
    [InlineData(1e-42f)]
    [InlineData(float.Epsilon)]
    public void The_extremes_of_a_group_survive(float largest)
    {
        for (int step = 0; step < 200; step++, largest = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(largest) - 1))
        {
            if (largest <= 0)
            {
                break;
            }

            float[] restored = ThereAndBack([largest, -largest, 0], seed: (ulong)step, out float[] scales);
            Assert.All(restored, value => Assert.True(float.IsFinite(value), $"{largest} became {value}"));
            Assert.True(Math.Abs((double)restored[0] - largest) <= scales[0] * (1 + Math.ScaleB(1, -15)));
            Assert.Equal(0, restored[2]);
        }
    }

    [Fact]
    public void Rounding_is_unbiased()
    {
        const int Draws = 40_000;
        float[] values = [127f, 0.1f, -0.1f, 0.5f, -0.5f, 63.25f, -63.25f, 126.9f, -126.9f, 1e-3f];
        double[] sums = new double[values.Length];
        byte[] encoded = new byte[Int8Kernel.GetLength(values.Length)];
        for (int seed = 0; seed < Draws; seed++)
        {
            Int8Kernel.Encode(values, 0, (ulong)seed, encoded);
            for (int i = 0; i < values.Length; i++)
            {
                sums[i] += (sbyte)encoded[4 + i];
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            double up = values[i] - Math.Floor(values[i]);
            double sigma = Math.Sqrt(up * (1 - up) / Draws);
            Assert.InRange(sums[i] / Draws, values[i] - (4.5 * sigma), values[i] + (4.5 * sigma));
        }
    }

    [Fact]
    public void A_whole_multiple_of_the_scale_stays_even_where_the_random_number_is_zero()
    {
        const uint Index = 1_805_560;
        var hash = new CounterHash(1);
        Assert.Equal(0u, hash.Get(Index) >> 8);
        float[] values = [.. Enumerable.Repeat(5f, 128)];
        foreach (Quantizer quantize in Quantizers)
        {
            byte[] bytes = new byte[128];
            Assert.InRange(quantize(values, 1f, Index - 3, hash, bytes), 4, 128);
            Assert.All(bytes, b => Assert.Equal(5, b));
            Int8Kernel.QuantizeScalar(values, 1f, Index - 3, hash, bytes);
            Assert.All(bytes, b => Assert.Equal(5, b));
        }
    }

    [Fact]
    public void Neighbours_are_rounded_independently()
    {
        // The sum over a million values of 0.3 at scale 1: independent roundings spread it by 458, dependent ones by far more.
        float[] values = new float[128 * 8192];
        values.AsSpan().Fill(0.3f);
        for (int i = 0; i < values.Length; i += 128)
        {
            values[i] = 127;
        }

        int others = values.Length - 8192;
        for (ulong seed = 0; seed < 4; seed++)
        {
            double sum = ThereAndBack(values, seed, out _).Sum(v => (double)v) - (127.0 * 8192);
            double sigma = Math.Sqrt(others * 0.3 * 0.7);
            Assert.InRange(sum, (others * 0.3) - (4.5 * sigma), (others * 0.3) + (4.5 * sigma));
        }
    }

    [Fact]
    public void Groups_of_zeros_have_scale_zero_and_stay_zero()
    {
        Assert.All(ThereAndBack(new float[200], 1, out float[] scales), v => Assert.Equal(0, v));
        Assert.Equal([0f, 0f], scales);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_group_that_is_not_finite_becomes_NaN_and_the_next_one_does_not(float bad)
    {
        float[] values = [.. Enumerable.Repeat(1f, 256)];
        values[77] = bad;
        float[] restored = ThereAndBack(values, 1, out _);
        Assert.All(restored[..128], v => Assert.Equal(float.NaN, v));
        Assert.All(restored[128..], v => Assert.Equal(1f, v));
    }

    [Fact]
    public void Encoding_in_pieces_gives_the_bytes_of_the_whole()
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 1000).Select(_ => random.NextSingle() - 0.5f)];
        byte[] whole = new byte[Int8Kernel.GetLength(1000)];
        Int8Kernel.Encode(values, 0, 9, whole);
        byte[] pieces = new byte[whole.Length];
        Int8Kernel.Encode(values.AsSpan(0, 384), 0, 9, pieces);
        Int8Kernel.Encode(values.AsSpan(384), 384, 9, pieces.AsSpan((int)Int8Kernel.GetLength(384)));
        Assert.Equal(whole, pieces);
        byte[] otherSeed = new byte[whole.Length];
        Int8Kernel.Encode(values, 0, 10, otherSeed);
        Assert.NotEqual(whole, otherSeed);
    }

    private delegate int Quantizer(ReadOnlySpan<float> values, float scale, uint index, CounterHash hash, Span<byte> destination);

    private delegate int Restorer(ReadOnlySpan<byte> source, float scale, Span<float> values);

    private static readonly Quantizer[] Quantizers =
    [
        Int8Kernel.Quantize512,
        Int8Kernel.Quantize256,
        Int8Kernel.Quantize128,
        static (v, s, i, h, d) =>
        {
            Int8Kernel.Quantize(v, s, i, h, d);
            return v.Length;
        },
    ];

    private static readonly Restorer[] Restorers =
    [
        Int8Kernel.Restore512,
        Int8Kernel.Restore256,
        Int8Kernel.Restore128,
        static (s, f, v) =>
        {
            Int8Kernel.Restore(s, f, v);
            return v.Length;
        },
    ];

    private static float[] ThereAndBack(float[] values, ulong seed, out float[] scales)
    {
        byte[] encoded = new byte[Int8Kernel.GetLength(values.Length)];
        Int8Kernel.Encode(values, 0, seed, encoded);
        scales = [.. Enumerable.Range(0, (values.Length + 127) / 128).Select(g => BinaryPrimitives.ReadSingleLittleEndian(encoded.AsSpan(132 * g)))];
        float[] restored = new float[values.Length];
        Int8Kernel.Decode(encoded, restored);
        return restored;
    }
}
