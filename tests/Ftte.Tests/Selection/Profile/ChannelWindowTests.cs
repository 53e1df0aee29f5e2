using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class ChannelWindowTests
{
    [Theory]
    [InlineData(0, 4, 24)]
    [InlineData(-2, 4, 24)]
    [InlineData(2, 0, 24)]
    [InlineData(2, -4, 24)]
    [InlineData(-2, -4, 24)]
    [InlineData(2, 4, 0)]
    [InlineData(2, 4, 25)]
    public void A_shape_that_the_weights_do_not_have_is_refused(int places, int channels, int weights) =>
        Assert.Throws<ArgumentException>("Weights", () => new ChannelWindow(new(0, weights), places, channels, 1));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(5)]
    public void More_or_fewer_channels_than_there_are_is_refused(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>("Count", () => new ChannelWindow(new(0, 24), 2, 4, count));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void One_channel_and_all_channels_may_be_trained(int count)
    {
        var window = new ChannelWindow(new(6, 24), 2, 4, count);
        Assert.Equal(count, window.Count);
        Assert.Equal([new(6, count * 3), new(18, count * 3)], window.Ranges.AsEnumerable());
    }

    [Theory]
    [InlineData(6, 24, true)]
    [InlineData(6, 1, true)]
    [InlineData(29, 1, true)]
    [InlineData(5, 2, false)]
    [InlineData(29, 2, false)]
    [InlineData(30, 1, false)]
    public void A_window_covers_the_ranges_within_the_weights_of_its_layer(int start, int length, bool covers) =>
        Assert.Equal(covers, new ChannelWindow(new(6, 24), 2, 4, 2).Covers(new(start, length)));
}
