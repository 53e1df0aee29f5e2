using System.Buffers.Binary;
using CsCheck;
using Ftte.Numerics;

namespace Ftte.Tests.Numerics;

public sealed class BFloat16KernelTests
{
    private static readonly int[] Lengths = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000];

    public static TheoryData<string, uint, ushort> Known => new()
    {
        { "zero", 0x0000_0000, 0x0000 },
        { "minus zero", 0x8000_0000, 0x8000 },
        { "one", 0x3F80_0000, 0x3F80 },
        { "just below a tie rounds down", 0x3F80_7FFF, 0x3F80 },
        { "a tie above an even value rounds down", 0x3F80_8000, 0x3F80 },
        { "just above a tie rounds up", 0x3F80_8001, 0x3F81 },
        { "a tie above an odd value rounds up", 0x3F81_8000, 0x3F82 },
        { "a negative tie above an odd value rounds away from zero", 0xBF81_8000, 0xBF82 },
        { "rounding up may carry into the exponent", 0x3FFF_FFFF, 0x4000 },
        { "the largest float32 becomes infinite", 0x7F7F_FFFF, 0x7F80 },
        { "the largest that does not", 0x7F7F_7FFF, 0x7F7F },
        { "infinity", 0x7F80_0000, 0x7F80 },
        { "minus infinity", 0xFF80_0000, 0xFF80 },
        { "quiet NaN", 0x7FC0_0000, 0x7FC0 },
        { "a NaN whose upper half alone would be infinity stays NaN", 0x7F80_0001, 0x7FC0 },
        { "a NaN that rounding would carry into zero stays NaN", 0xFFFF_FFFF, 0xFFFF },
        { "the smallest denormal rounds to zero", 0x0000_0001, 0x0000 },
        { "half the smallest bfloat16 is a tie to zero", 0x0000_8000, 0x0000 },
        { "the smallest denormal that survives", 0x0000_8001, 0x0001 },
        { "the largest denormal rounds to the smallest normal", 0x007F_FFFF, 0x0080 },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Known_values_are_encoded_at_every_width(string name, uint bits, ushort expected)
    {
        float[] values = [.. Enumerable.Repeat(BitConverter.UInt32BitsToSingle(bits), 32)];
        byte[] encoded = new byte[64];
        foreach ((string width, Encoder encode) in Encoders)
        {
            Array.Clear(encoded);
            encode(values, encoded);
            Assert.All(Enumerable.Range(0, 32), i => Assert.True(
                BinaryPrimitives.ReadUInt16LittleEndian(encoded.AsSpan(2 * i)) == expected, $"{name} at {width}"));
        }
    }

    [Fact]
    public void Rounding_is_to_the_nearest_of_the_two_neighbours() => Gen.UInt.Where(b => float.IsFinite(BitConverter.UInt32BitsToSingle(b)) && (b & 0x7FFF_FFFF) < 0x7F7F_0000).Sample(bits =>
    {
        double value = BitConverter.UInt32BitsToSingle(bits);
        byte[] encoded = new byte[2];
        BFloat16Kernel.Encode([(float)value], encoded);
        double error = Math.Abs(Decode(BinaryPrimitives.ReadUInt16LittleEndian(encoded)) - value);
        double below = Math.Abs(Decode((ushort)(bits >> 16)) - value), above = Math.Abs(Decode((ushort)((bits >> 16) + 1)) - value);
        Assert.Equal(Math.Min(below, above), error);
    });

    [Fact]
    public void Every_width_and_length_encodes_like_the_scalar_twin()
    {
        foreach (int length in Lengths)
        {
            float[] values = RandomBits(length);
            byte[] expected = new byte[2 * length];
            BFloat16Kernel.EncodeScalar(values, expected);
            foreach ((_, Encoder encode) in Encoders)
            {
                byte[] actual = new byte[2 * length];
                encode(values, actual);
                Assert.Equal(expected, actual);
            }
        }
    }

    [Fact]
    public void Every_width_and_length_decodes_like_the_scalar_twin()
    {
        foreach (int length in Lengths)
        {
            byte[] bytes = new byte[2 * length];
            new Random(length).NextBytes(bytes);
            float[] expected = new float[length];
            BFloat16Kernel.DecodeScalar(bytes, expected);
            foreach (Decoder decode in Decoders)
            {
                float[] actual = new float[length];
                decode(bytes, actual);
                Assert.Equal(Bits(expected), Bits(actual));
            }
        }
    }

    [Fact]
    public void Every_bfloat16_survives_the_way_there_and_back()
    {
        byte[] bytes = new byte[2 * 65536];
        for (int i = 0; i < 65536; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), (ushort)i);
        }

        float[] values = new float[65536];
        BFloat16Kernel.Decode(bytes, values);
        byte[] again = new byte[bytes.Length];
        BFloat16Kernel.Encode(values, again);
        for (int i = 0; i < 65536; i++)
        {
            // A signalling NaN comes back quiet.
            int expected = float.IsNaN(values[i]) ? i | 0x40 : i;
            Assert.Equal(expected, BinaryPrimitives.ReadUInt16LittleEndian(again.AsSpan(2 * i)));
        }
    }

    private delegate void Encoder(ReadOnlySpan<float> values, Span<byte> destination);

    private delegate void Decoder(ReadOnlySpan<byte> source, Span<float> values);

    // A width does whole vectors and says how many; the twin does the rest.
    private static readonly (string Name, Encoder Encode)[] Encoders =
    [
        ("dispatch", BFloat16Kernel.Encode),
        ("scalar", BFloat16Kernel.EncodeScalar),
        ("512", static (v, d) => EncodeRest(v, d, BFloat16Kernel.Encode512(v, d))),
        ("256", static (v, d) => EncodeRest(v, d, BFloat16Kernel.Encode256(v, d))),
        ("128", static (v, d) => EncodeRest(v, d, BFloat16Kernel.Encode128(v, d))),
    ];

    private static readonly Decoder[] Decoders =
    [
        BFloat16Kernel.Decode,
        static (s, v) => DecodeRest(s, v, BFloat16Kernel.Decode512(s, v)),
        static (s, v) => DecodeRest(s, v, BFloat16Kernel.Decode256(s, v)),
        static (s, v) => DecodeRest(s, v, BFloat16Kernel.Decode128(s, v)),
    ];

    private static void EncodeRest(ReadOnlySpan<float> values, Span<byte> destination, int done)
    {
        Assert.InRange(done, Math.Max(0, values.Length - 31), values.Length);
        BFloat16Kernel.EncodeScalar(values[done..], destination[(2 * done)..]);
    }

    private static void DecodeRest(ReadOnlySpan<byte> source, Span<float> values, int done)
    {
        Assert.InRange(done, Math.Max(0, values.Length - 31), values.Length);
        BFloat16Kernel.DecodeScalar(source[(2 * done)..], values[done..]);
    }

    private static float Decode(ushort upper) => BitConverter.UInt32BitsToSingle((uint)upper << 16);

    private static float[] RandomBits(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)))];
    }

    private static uint[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToUInt32Bits)];
}
