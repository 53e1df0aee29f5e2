using System.Buffers.Binary;
using System.IO.Compression;

namespace Ftte.TinyEngine.Tests;

public sealed class IdxFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(new[] { 5 })]
    [InlineData(new[] { 2, 3 })]
    [InlineData(new[] { 2, 3, 4 })]
    [InlineData(new[] { 2, 1, 2, 3 })]
    public void Files_of_one_to_four_dimensions_are_read_plain_and_packed(int[] shape)
    {
        byte[] values = [.. Enumerable.Range(1, shape.Aggregate(1, (a, b) => a * b)).Select(i => (byte)i)];
        byte[] file = File(shape, values);
        foreach (byte[] content in new[] { file, Pack(file) })
        {
            IdxFile read = IdxFile.Read(_folder.Write("any-name", content));
            Assert.Equal(shape, read.Shape);
            Assert.Equal(values, read.Values.ToArray());
        }
    }

    [Fact]
    public void A_packed_file_larger_than_the_first_buffer_is_read_whole()
    {
        byte[] values = new byte[3_000_001];
        new Random(1).NextBytes(values);
        Assert.Equal(values, IdxFile.Read(_folder.Write("a.gz", Pack(File([values.Length], values)))).Values.ToArray());
    }

    [Fact]
    public void An_empty_file_is_refused() => AssertBad([], "it ends within its header");

    [Fact]
    public void A_head_cut_short_is_refused() => AssertBad(File([2, 2], [])[..10], "it ends within its header");

    [Fact]
    public void A_file_of_another_format_is_refused() => AssertBad("This is no such file."u8.ToArray(), "0x54686973");

    [Fact]
    public void Values_other_than_bytes_are_refused() => AssertBad([0, 0, 0x0D, 1, 0, 0, 0, 1, 0, 0, 0, 0], "type 0x0D");

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void No_dimensions_or_too_many_are_refused(int dimensions) =>
        AssertBad([0, 0, 8, (byte)dimensions, .. new byte[4 * dimensions]], $"it has {dimensions} dimensions");

    [Fact]
    public void A_size_of_zero_is_refused() => AssertBad(File([2, 0], []), "dimension 1 has the size 0");

    [Fact]
    public void A_size_beyond_31_bits_is_refused() => AssertBad(File([-1], []), "dimension 0 has the size 4294967295");

    [Fact]
    public void Values_cut_short_are_refused() => AssertBad(File([2, 2], [1, 2, 3]), "2 x 2 bytes, more than the file can contain");

    [Fact]
    public void Packed_values_cut_short_are_refused() => AssertBad(Pack(File([2, 2], [1, 2, 3])), "ends after 3");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bytes_after_the_values_are_refused(bool pack)
    {
        byte[] file = File([2], [1, 2, 3]);
        AssertBad(pack ? Pack(file) : file, "it contains more than");
    }

    [Fact]
    public void A_damaged_gzip_file_is_refused()
    {
        byte[] packed = Pack(File([1000], [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * i))]));
        packed[12] ^= 0xFF;
        AssertBad(packed, "");
        AssertBad(packed[..15], "");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Announced_sizes_take_no_memory_that_the_file_cannot_fill(bool pack)
    {
        foreach (int[] shape in new int[][] { [2_000_000_000], [int.MaxValue, int.MaxValue], [65536, 65536, 65536, 65536], [10_000_000] })
        {
            byte[] file = File(shape, new byte[20_000]);
            string path = _folder.Write("lies", pack ? Pack(file) : file);
            Assert.InRange(Allocated.AtMost(3 << 20, () => Assert.Throws<InvalidDataException>(() => IdxFile.Read(path))), 0, 3 << 20);
        }
    }

    [Fact]
    public void Damage_anywhere_is_read_or_refused_and_nothing_else()
    {
        byte[] file = File([3, 2, 2], [.. Enumerable.Range(0, 12).Select(i => (byte)i)]);
        byte[] packed = Pack(file);
        var random = new Random(7);
        for (int i = 0; i < 4000; i++)
        {
            byte[] damaged = [.. i % 2 == 0 ? file : packed];
            for (int n = random.Next(4); n >= 0; n--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                IdxReader.Read(new MemoryStream(damaged[..random.Next(damaged.Length / 2, damaged.Length + 1)]), "file");
            }
            catch (InvalidDataException refused)
            {
                Assert.StartsWith("The file 'file' cannot be read: ", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    internal static byte[] File(int[] shape, byte[] values)
    {
        byte[] head = new byte[4 + (4 * shape.Length)];
        (head[2], head[3]) = (8, (byte)shape.Length);
        for (int i = 0; i < shape.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4 + (4 * i)), shape[i]);
        }

        return [.. head, .. values];
    }

    internal static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private void AssertBad(byte[] content, string reason)
    {
        string path = _folder.Write("bad", content);
        string message = Assert.Throws<InvalidDataException>(() => IdxFile.Read(path)).Message;
        Assert.StartsWith($"The file '{path}' cannot be read: ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
