using CsCheck;

namespace Ftte.TinyEngine.Tests;

/// <summary>Parameters in smaller formats against a conversion of single values.</summary>
public sealed class FrozenFormatTests
{
    [Fact]
    public void Any_part_of_a_vector_in_int8_has_the_bits_of_single_values() => Check(FrozenFormat.Int8, (values, columns) =>
    {
        float[] expected = [.. values];
        for (int i = 0; i < expected.Length - columns; i++)
        {
            float scale = Enumerable.Range(0, (values.Length / columns) - 1).Max(row => Math.Abs(values[(row * columns) + (i % columns)])) / 127;
            expected[i] = scale > 0 ? (sbyte)Math.Clamp(MathF.Round(values[i] / scale), -127, 127) * scale : 0;
        }

        return expected;
    });

    [Fact]
    public void Any_part_of_a_vector_in_bfloat16_has_the_bits_of_single_values() =>
        Check(FrozenFormat.BFloat16, (values, _) => [.. values.Select(value => BFloat16Converter.Expand(BFloat16Converter.Round(value)))]);

    /// <summary>Compares linear layers of 1 to 70 outputs: a matrix with a column per output, and a bias.</summary>
    private static void Check(FrozenFormat format, Func<float[], int, float[]> convert) =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 9], Gen.Int[0, int.MaxValue]).Sample(
            (columns, rows, seed) =>
            {
                var random = new Random(seed);
                Network network = Network.Build(rows).Linear("fc", columns).MeanSquaredError();
                float[] values = [.. Enumerable.Range(0, (rows + 1) * columns).Select(_ => random.Next(5) == 0 ? 0 : (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-3, 4)))];
                float[] expected = convert(values, columns);
                using FrozenParameters frozen = FrozenParameters.Compress(network, values, format);
                int start = random.Next(values.Length), count = random.Next(values.Length - start + 1);
                float[] part = new float[count];
                frozen.CopyTo(start, part);
                Assert.Equal(expected[start..(start + count)].Select(BitConverter.SingleToUInt32Bits), part.Select(BitConverter.SingleToUInt32Bits));
            },
            iter: 300);
}
