using System.Text;
using CsCheck;
using static Ftte.TinyEngine.Tests.SafetensorsTestFiles;

namespace Ftte.TinyEngine.Tests;

public sealed class SafetensorsFileTests
{
    /// <summary>These files and those of the next tests are what the format's own library writes for the same tensors.</summary>
    [Fact]
    public void A_written_file_has_the_bytes_of_the_published_example()
    {
        byte[] expected =
        [
            64, 0, 0, 0, 0, 0, 0, 0, .. """{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}"""u8,
            0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64,
        ];
        Assert.Equal(expected, Written(SafetensorsFormat.Float32, null, ("attn.0", [1, 2, 3], [0, 1, 2, 3, 4, 5])));
    }

    [Fact]
    public void A_header_is_padded_with_spaces_so_that_values_are_aligned()
    {
        byte[] expected =
        [
            72, 0, 0, 0, 0, 0, 0, 0, .. """{"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}}       """u8,
            0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64,
        ];
        Assert.Equal(expected, Written(SafetensorsFormat.Float32, null, ("attn0", [1, 1, 2, 3], [0, 1, 2, 3, 4, 5])));
    }

    [Fact]
    public void Metadata_comes_first_and_a_file_may_have_nothing_else()
    {
        byte[] expected = [40, 0, 0, 0, 0, 0, 0, 0, .. """{"__metadata__":{"framework":"pt"}}     """u8];
        byte[] written = Written(SafetensorsFormat.Float32, new Dictionary<string, string> { ["framework"] = "pt" });
        Assert.Equal(expected, written);
        using SafetensorsFile file = Open(written);
        Assert.Empty(file.Tensors);
        Assert.Equal("pt", file.Metadata["framework"]);
        Assert.Equal([8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8], Written(SafetensorsFormat.Float32, null));
    }

    [Fact]
    public void Tensors_are_written_by_name_and_bfloat16_takes_two_bytes()
    {
        byte[] expected =
        [
            112, 0, 0, 0, 0, 0, 0, 0,
            .. """{"a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[2,6]}}    """u8,
            0x80, 0x3F, 0x00, 0xC0, 0x40, 0x40,
        ];
        Assert.Equal(expected, Written(SafetensorsFormat.BFloat16, null, ("b", [2], [-2f, 3f]), ("a", [], [1f])));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        Gen<int[]> shapes = Gen.Int[0, 4].Array[0, 4];
        Gen<string> names = Gen.Char["aB0.\"\\/ <é漢"].Array[1, 6].Select(letters => new string(letters));
        Gen.Select(names, shapes, Gen.ULong).Array[0, 6].Sample(
            drawn =>
            {
                (string Name, int[] Shape, float[] Values)[] tensors =
                    [.. drawn.DistinctBy(t => t.Item1).Select(t => (t.Item1, t.Item2, TestData.Values(t.Item2.Aggregate(1, (a, b) => a * b), t.Item3)))];
                foreach (SafetensorsFormat format in Enum.GetValues<SafetensorsFormat>())
                {
                    using SafetensorsFile file = Open(Written(format, null, tensors));
                    Assert.Equal(tensors.Length, file.Tensors.Length);
                    foreach ((string name, int[] shape, float[] values) in tensors)
                    {
                        Assert.True(file.TryFind(name, out SafetensorsTensor? tensor));
                        Assert.Equal(shape.Select(d => (long)d), tensor.Shape);
                        Assert.Equal(format == SafetensorsFormat.Float32 ? values : values.Select(Rounded), file.Values(name));
                    }
                }
            },
            iter: 300);
    }

    [Fact]
    public void Every_bfloat16_stays_itself_and_NaN_stays_NaN()
    {
        for (uint half = 0; half <= ushort.MaxValue; half++)
        {
            float value = BitConverter.UInt32BitsToSingle(half << 16);
            ushort written = BFloat16Converter.Round(value);
            Assert.True(float.IsNaN(value) ? float.IsNaN(BitConverter.UInt32BitsToSingle((uint)written << 16)) : written == half);
        }

        Assert.Equal(0x7FC0, BFloat16Converter.Round(BitConverter.UInt32BitsToSingle(0x7F800001)));
        Assert.Equal(0xFFFF, BFloat16Converter.Round(BitConverter.UInt32BitsToSingle(0xFFFFFFFF)));
    }

    [Fact]
    public void Between_two_bfloat16_the_nearer_is_taken_and_the_even_one_in_the_middle()
    {
        for (uint half = 0; half < 0x7F80; half++)
        {
            uint middle = (half << 16) | 0x8000;
            Assert.Equal(half, BFloat16Converter.Round(BitConverter.UInt32BitsToSingle(middle - 1)));
            Assert.Equal(half + (half & 1), BFloat16Converter.Round(BitConverter.UInt32BitsToSingle(middle)));
            Assert.Equal(half + 1, BFloat16Converter.Round(BitConverter.UInt32BitsToSingle(middle + 1)));
            Assert.Equal(0x8000 + half + 1, BFloat16Converter.Round(BitConverter.UInt32BitsToSingle(0x80000000 | (middle + 1))));
        }
    }

    [Fact]
    public void Half_precision_is_read_in_any_order_of_tensors_and_fields()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"z":{"data_offsets":[4,6],"shape":[1,1],"dtype":"F16"},"n":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}}""");
        using SafetensorsFile file = Open(File(header, [1, 0, 2, 0, 0x00, 0x3E]));
        Assert.Equal(["n", "z"], file.Tensors.Select(t => t.Name));
        Assert.Equal(("I16", 0L, 4L, 2L), (file.Tensors[0].Type, file.Tensors[0].Start, file.Tensors[0].Length, file.Tensors[0].ElementCount));
        Assert.Equal([1.5f], file.Values("z"));
        Assert.Contains("tensor 'n' is of type I16", Assert.Throws<InvalidDataException>(() => file.Read("n", new float[2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => file.Read("z", new float[2]));
        Assert.Contains("Specify one of: n, z.", Assert.Throws<KeyNotFoundException>(() => file.Read("y", new float[2])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_read_from_a_streams_position_and_the_stream_closed_unless_it_is_to_stay_open()
    {
        byte[] content = [9, 9, 9, .. Written(SafetensorsFormat.Float32, null, ("a", [2], [1f, 2f]))];
        var stream = new MemoryStream(content) { Position = 3 };
        using (SafetensorsFile file = SafetensorsFile.Open(stream, leaveOpen: true))
        {
            Assert.Equal([1f, 2f], file.Values("a"));
        }

        stream.Position = 3;
        SafetensorsFile.Open(stream).Dispose();
        Assert.False(stream.CanRead);
    }

    [Fact]
    public void A_tensor_is_read_without_allocating()
    {
        using SafetensorsFile file = Open(Written(SafetensorsFormat.Float32, null, ("a", [3000], TestData.Values(3000, 1))));
        float[] values = file.Values("a");
        Assert.Equal(0, Allocated.AtMost(0, () => file.Read("a", values)));
    }

    [Fact]
    public void What_could_not_be_read_again_is_not_written()
    {
        using var stream = new MemoryStream();
        foreach ((string name, int[] shape) in new (string, int[])[] { ("", [1]), ("a\nb", [1]), ("__metadata__", [1]), (new string('n', 1025), [1]), ("a", [1, 1, 1, 1, 1, 1, 1, 1, 1]), ("a", [2]) })
        {
            Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(stream, [(name, shape, new float[1])]));
        }

        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(stream, [("a", [1], new float[1]), ("a", [1], new float[1])]));
        Assert.Equal(0, stream.Length);
    }

    private static float Rounded(float value) => BitConverter.UInt32BitsToSingle((uint)BFloat16Converter.Round(value) << 16);
}
