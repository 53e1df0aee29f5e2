using Ftte.Samples.Shared;

namespace Ftte.Samples.Tests.Shared;

public sealed class ReadingTests
{
    [Theory]
    [InlineData("20M", 20_000_000)]
    [InlineData("20m", 20_000_000)]
    [InlineData("1.5G", 1_500_000_000)]
    [InlineData("12.5 k", 12_500)]
    [InlineData("800000", 800_000)]
    [InlineData("0.001k", 1)]
    public void Counts_are_read_with_and_without_a_suffix(string text, long expected)
    {
        Assert.True(LargeNumber.TryParse(text, out long count));
        Assert.Equal(expected, count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("0")]
    [InlineData("-1M")]
    [InlineData("1e6")]
    [InlineData("NaN")]
    [InlineData("20MM")]
    [InlineData("9999999999G")]
    public void What_is_no_count_is_refused(string text) => Assert.False(LargeNumber.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(9_999, "9999")]
    [InlineData(12_500, "12.5 k")]
    [InlineData(12_500_000, "12.5 M")]
    [InlineData(555_400_000, "555 M")]
    [InlineData(1_500_000_000, "1.5 G")]
    public void Counts_are_written_short(double count, string text) => Assert.Equal(text, LargeNumber.ToText(count));

    [Theory]
    [InlineData("1/8,1/4,1/2,1", new[] { 0.125, 0.25, 0.5, 1 })]
    [InlineData("0.5", new[] { 0.5 })]
    [InlineData(" 1/4 , 1 ", new[] { 0.25, 1 })]
    public void Shares_are_fractions_or_decimals(string text, double[] expected)
    {
        Assert.True(ShareList.TryParse(text, out var shares));
        Assert.Equal(expected, shares);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1.5")]
    [InlineData("3/2")]
    [InlineData("1/0")]
    [InlineData("0/0")]
    [InlineData("1/2/2")]
    [InlineData("1/2,")]
    [InlineData("-1/2")]
    [InlineData("half")]
    public void What_is_no_share_is_refused(string text) => Assert.False(ShareList.TryParse(text, out _));
}
