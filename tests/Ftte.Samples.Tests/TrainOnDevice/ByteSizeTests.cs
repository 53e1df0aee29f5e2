using Ftte.Samples.Shared;

namespace Ftte.Samples.Tests.TrainOnDevice;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("262144", 262_144)]
    [InlineData("1", 1)]
    [InlineData("64B", 64)]
    [InlineData("512KiB", 524_288)]
    [InlineData("512kib", 524_288)]
    [InlineData("512 KiB", 524_288)]
    [InlineData("1.5MiB", 1_572_864)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("300KB", 300_000)]
    [InlineData("1.5mb", 1_500_000)]
    [InlineData("0.001KB", 1)]
    public void Sizes_are_read_with_and_without_units(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out long bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0.5")]
    [InlineData("-1KiB")]
    [InlineData("KiB")]
    [InlineData("1e6")]
    [InlineData("1,5MiB")]
    [InlineData("512KiBs")]
    [InlineData("512 Ki")]
    [InlineData("NaN")]
    [InlineData("99999999999999999999GiB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(524_288, "512 KiB")]
    [InlineData(1_572_864, "1.5 MiB")]
    [InlineData(10_480_000, "9.99 MiB")]
    [InlineData(10_485_000, "10 MiB")]
    [InlineData(3_221_225_472, "3 GiB")]
    public void Sizes_are_written_in_the_largest_unit(long bytes, string text) => Assert.Equal(text, ByteSize.ToText(bytes));
}
