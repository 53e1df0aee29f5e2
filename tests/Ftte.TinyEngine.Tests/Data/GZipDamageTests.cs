using System.Text;

namespace Ftte.TinyEngine.Tests;

public sealed class GZipDamageTests
{
    private const int HeadBytes = 10, TailBytes = 8;
    private static readonly byte[] Content = IdxFileTests.File([600], [.. Enumerable.Range(0, 600).Select(i => (byte)(i * i % 251))]);

    [Fact]
    public void CRC_32_of_the_standard_check_value_is_right() => Assert.Equal(0xCBF43926u, Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8));

    [Fact]
    public void A_changed_bit_anywhere_is_refused_unless_the_content_is_the_same()
    {
        foreach (byte[] file in Files())
        {
            for (int bit = 0; bit < file.Length * 8; bit++)
            {
                byte[] damaged = [.. file];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                bool isRead = TryRead(damaged);

                // Nothing verifies the hint that the content is text, the time, the system, the compression level and the name.
                int at = bit / 8;
                Assert.True(!isRead || bit == 24 || (at >= 4 && at < HeadBytes + 20) || IsEndMark(file, at), $"bit {bit} of {file.Length} bytes");
            }
        }
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        foreach (byte[] file in Files())
        {
            for (int length = 0; length < file.Length; length++)
            {
                Assert.False(TryRead(file[..length]), $"{length} of {file.Length} bytes");
            }
        }
    }

    [Fact]
    public void A_byte_too_many_or_too_few_anywhere_is_refused()
    {
        // Within the packed content: the head may hold texts of any length.
        byte[] file = Files()[0];
        for (int at = HeadBytes; at < file.Length - TailBytes; at++)
        {
            Assert.False(TryRead([.. file[..at], .. file[(at + 1)..]]) && !IsEndMark(file, at), $"without byte {at}");
            Assert.False(TryRead([.. file[..at], (byte)(at * 37), .. file[at..]]) && !IsEndMark(file, at), $"with another byte at {at}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(10_000)]
    public void Bytes_after_the_end_are_refused(int count) => Assert.False(TryRead([.. Files()[0], .. new byte[count]]));

    [Fact]
    public void Reserved_flags_and_other_methods_are_refused()
    {
        byte[] file = Files()[0];
        Assert.False(TryRead([.. file[..2], 7, .. file[3..]]));
        Assert.False(TryRead([.. file[..3], 0x20, .. file[4..]]));
    }

    [Fact]
    public void Heads_with_every_optional_part_are_read()
    {
        foreach (byte[] file in Files())
        {
            Assert.True(TryRead(file));
        }
    }

    /// <summary>Says whether a byte is of the empty blocks that end the packed content. They hold nothing, so damage to them changes nothing.</summary>
    private static bool IsEndMark(byte[] file, int at) => at >= file.Length - TailBytes - 7 && at < file.Length - TailBytes;

    /// <summary>The same content with a plain head, with a name, and with everything that a head can have.</summary>
    private static byte[][] Files()
    {
        byte[] plain = IdxFileTests.Pack(Content);
        byte[] named = [.. plain[..3], 8, .. plain[4..HeadBytes], .. Encoding.Latin1.GetBytes("train-images\0"), .. plain[HeadBytes..]];
        byte[] head = [.. plain[..3], 2 + 4 + 8 + 16, .. plain[4..HeadBytes], 3, 0, 1, 2, 3, .. "name\0"u8, .. "comment\0"u8];
        uint checksum = Crc32.Append(0, head);
        return [plain, named, [.. head, (byte)checksum, (byte)(checksum >> 8), .. plain[HeadBytes..]]];
    }

    /// <summary>Says whether a file is read; if it is, the content has to be the original one.</summary>
    private static bool TryRead(byte[] file)
    {
        if (!CheckedGZipStream.IsGZip(file))
        {
            return false;
        }

        try
        {
            using var unpacked = new CheckedGZipStream(new MemoryStream(file), "file");
            using var content = new MemoryStream();
            unpacked.CopyTo(content);
            Assert.Equal(Content, content.ToArray());
            return true;
        }
        catch (InvalidDataException refused)
        {
            Assert.StartsWith("The file 'file' cannot be read: it is a damaged gzip file: ", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
            return false;
        }
    }
}
