using System.Buffers;
using System.Runtime.InteropServices;
using CsCheck;
using Ftte.Wire;

namespace Ftte.Tests.Wire;

public sealed class LosslessValuesTests
{
    [Fact]
    public void Values_decoded_from_int8_are_stored_as_int8_with_every_bit() => Gen.Int[0, 1000].Select(Gen.Int[-40, 30], Gen.ULong).Sample((count, exponent, seed) =>
    {
        var random = new Random((int)(seed >> 33));
        float scale = MathF.ScaleB(1, exponent);
        float[] sent = [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * scale)];
        byte[] payload = new byte[ValueCodec.GetLength(count, ValueFormat.Int8)];
        ValueCodec.Encode(sent, 0, ValueFormat.Int8, seed, payload);
        float[] decoded = new float[count];
        ValueCodec.Decode(payload, 0, ValueFormat.Int8, decoded);
        Assert.Equal(ValueFormat.Int8, Restore(decoded, out float[] restored));
        AssertSameBits(decoded, restored);
    });

    [Fact]
    public void Values_in_bfloat16_are_stored_as_bfloat16_with_every_bit() => Gen.UShort.Array[1, 500].Sample(halves =>
    {
        float[] values = [.. halves.Select(half => BitConverter.UInt32BitsToSingle((uint)half << 16)).Where(value => !float.IsNaN(value))];
        ValueFormat format = Restore(values, out float[] restored);
        Assert.NotEqual(ValueFormat.Float32, format);
        AssertSameBits(values, restored);
    });

    [Fact]
    public void Any_other_values_are_stored_with_every_bit() => Gen.UInt.Array[0, 500].Sample(bits =>
    {
        float[] values = [.. bits.Select(BitConverter.UInt32BitsToSingle)];
        Restore(values, out float[] restored);
        AssertSameBits(values, restored);
    });

    [Theory]
    [InlineData(-0f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.Epsilon)]
    [InlineData(float.MaxValue)]
    public void A_special_value_among_zeros_is_stored_with_every_bit(float value)
    {
        float[] values = new float[200];
        values[150] = value;
        Restore(values, out float[] restored);
        AssertSameBits(values, restored);
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void An_infinity_is_stored_as_bfloat16(float value)
    {
        float[] values = [1, value];
        Assert.Equal(ValueFormat.BFloat16, Restore(values, out float[] restored));
        AssertSameBits(values, restored);
    }

    [Fact]
    public void Zeros_are_stored_in_memory_that_contains_other_bytes()
    {
        var output = new ArrayBufferWriter<byte>();
        output.GetSpan(1024).Fill(0x55);
        float[] zeros = new float[200], restored = new float[200];
        Assert.Equal(ValueFormat.Int8, LosslessValues.Write(output, zeros));
        ValueCodec.Decode(output.WrittenSpan, 0, ValueFormat.Int8, restored);
        AssertSameBits(zeros, restored);
        Assert.Equal(new byte[200 + (2 * sizeof(float))], output.WrittenSpan.ToArray());
    }

    private static ValueFormat Restore(float[] values, out float[] restored)
    {
        var output = new ArrayBufferWriter<byte>();
        ValueFormat format = LosslessValues.Write(output, values);
        Assert.Equal(ValueCodec.GetLength(values.Length, format), output.WrittenCount);
        restored = new float[values.Length];
        ValueCodec.Decode(output.WrittenSpan, 0, format, restored);
        return format;
    }

    private static void AssertSameBits(float[] expected, float[] actual) =>
        Assert.True(MemoryMarshal.AsBytes<float>(expected).SequenceEqual(MemoryMarshal.AsBytes<float>(actual)));
}
