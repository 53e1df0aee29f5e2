using CsCheck;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

public sealed class ParameterBlobTests
{
    private static readonly Gen<(ParameterSelection Selection, ValueFormat Format)> Cases = Gen.Select(
        Gen.Frequency((3, Selections), (1, Gen.Const(SampleSelection(9000, (1, 4097), (5000, 3000))))), Gen.Enum<ValueFormat>());

    [Fact]
    public void The_bytes_are_those_of_the_values_in_a_message() => Cases.Sample(sample =>
    {
        (ParameterSelection selection, ValueFormat format) = sample;
        float[] model = Values(selection.ParameterCount);
        byte[] message = Write(Assigned(selection, selection), model, format, seed: 5);
        int length = (int)ParameterBlobReader.GetLength(selection.Count, format);
        Assert.Equal(message[^(length + 4)..^4], Read(model, selection, format, pieces: 100_000));
    });

    [Fact]
    public void Reading_from_any_offset_in_any_pieces_gives_the_same_bytes() => Gen.Select(Cases, Gen.Int[1, 9000], Gen.Double[0, 1]).Sample((sample, pieces, where) =>
    {
        (ParameterSelection selection, ValueFormat format) = sample;
        float[] model = Values(selection.ParameterCount);
        byte[] whole = Read(model, selection, format, pieces: 100_000);
        int offset = (int)(where * whole.Length);
        Assert.Equal(whole[offset..], Read(model, selection, format, pieces, offset));
    });

    [Fact]
    public void Decoding_in_any_pieces_gives_what_a_message_gives() => Gen.Select(Cases, Gen.Int[1, 9000]).Sample((sample, pieces) =>
    {
        (ParameterSelection selection, ValueFormat format) = sample;
        float[] model = Values(selection.ParameterCount), expected = new float[model.Length], device = new float[model.Length];
        CheckOutResponseMessage.Read(Write(Assigned(selection, selection), model, format, seed: 5), expected);
        byte[] blob = Read(model, selection, format, pieces: 100_000);
        var decoder = new ParameterBlobDecoder(device, selection, format);
        for (int at = 0; at < blob.Length; at += pieces)
        {
            Assert.Equal(at, decoder.Position);
            decoder.Append(blob.AsSpan(at, Math.Min(pieces, blob.Length - at)));
        }

        Assert.Equal(decoder.Length, decoder.Position);
        Assert.Equal(expected, device);
    });

    [Fact]
    public void More_bytes_than_values_are_rejected()
    {
        var decoder = new ParameterBlobDecoder(new float[8], SampleSelection(8, (0, 2)), ValueFormat.Float32);
        decoder.Append(new byte[7]);

        WireFormatException error = Assert.Throws<WireFormatException>(() => decoder.Append(new byte[2]));

        Assert.Equal(WireError.Inconsistent, error.Reason);
        Assert.Contains("8 bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ValueFormat.Float32, 0x7FC00000)]
    [InlineData(ValueFormat.Float32, unchecked((int)0xFF800000))]
    [InlineData(ValueFormat.Int8, unchecked((int)0xBF800000))]
    public void A_parameter_that_is_not_finite_and_a_negative_scale_are_rejected(ValueFormat format, int bits)
    {
        float[] device = [1, 2, 3];
        var decoder = new ParameterBlobDecoder(device, SampleSelection(3, (1, 1)), format);

        WireFormatException error = Assert.Throws<WireFormatException>(() => decoder.Append([.. BitConverter.GetBytes(bits), .. format == ValueFormat.Int8 ? [1] : Array.Empty<byte>()]));

        Assert.Equal(WireError.BadValue, error.Reason);
        Assert.Equal([1, 2, 3], device);
    }

    [Fact]
    public void An_offset_beyond_the_end_is_misuse() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterBlobReader(new float[3], SampleSelection(3, (0, 3)), ValueFormat.Float32, 0, offset: 13));

    [Fact]
    public void Vectors_of_another_model_and_negative_numbers_are_misuse()
    {
        ParameterSelection selection = SampleSelection(3, (0, 3));
        Assert.Throws<ArgumentNullException>("selection", () => new ParameterBlobReader(new float[3], null!, ValueFormat.Float32, 0));
        Assert.Throws<ArgumentNullException>("selection", () => new ParameterBlobDecoder(new float[3], null!, ValueFormat.Float32));
        foreach (int length in new[] { 2, 4 })
        {
            Assert.Throws<ArgumentOutOfRangeException>("parameters", () => new ParameterBlobReader(new float[length], selection, ValueFormat.Float32, 0));
            Assert.Throws<ArgumentOutOfRangeException>("parameters", () => new ParameterBlobDecoder(new float[length], selection, ValueFormat.Float32));
        }

        Assert.Throws<ArgumentOutOfRangeException>("offset", () => new ParameterBlobReader(new float[3], selection, ValueFormat.Float32, 0, offset: -1));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => ParameterBlobReader.GetLength(-1, ValueFormat.Float32));
    }

    private static byte[] Read(float[] model, ParameterSelection selection, ValueFormat format, int pieces, long offset = 0)
    {
        var reader = new ParameterBlobReader(model, selection, format, seed: 5, offset);
        var bytes = new List<byte>();
        byte[] buffer = new byte[pieces];
        for (int read; (read = reader.Read(buffer)) > 0;)
        {
            bytes.AddRange(buffer.AsSpan(0, read));
        }

        return [.. bytes];
    }
}
