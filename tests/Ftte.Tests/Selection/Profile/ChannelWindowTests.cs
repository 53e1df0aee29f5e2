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

    [Fact]
    public void A_window_starts_at_its_first_channel_and_goes_on_at_channel_0_after_the_last_one()
    {
        var window = new ChannelWindow(new(6, 24), 2, 4, 2);

        Assert.Equal([new(6, 6), new(18, 6)], (window with { First = 0 }).Ranges.AsEnumerable());
        Assert.Equal([new(9, 6), new(21, 6)], (window with { First = 1 }).Ranges.AsEnumerable());
        Assert.Equal([new(12, 6), new(24, 6)], (window with { First = 2 }).Ranges.AsEnumerable());
        Assert.Equal([new(6, 3), new(15, 3), new(18, 3), new(27, 3)], (window with { First = 3 }).Ranges.AsEnumerable());
        Assert.Throws<ArgumentOutOfRangeException>("First", () => window with { First = -1 });
        Assert.Throws<ArgumentOutOfRangeException>("First", () => window with { First = 4 });
    }

    [Fact]
    public void A_choice_keeps_what_is_outside_the_weights_of_its_window_when_the_window_moves()
    {
        var choice = new TrainingChoice("two", [.. new ChannelWindow(new(6, 24), 2, 4, 2).Ranges, new(40, 3)], SavedBytes: 1) { Window = new ChannelWindow(new(6, 24), 2, 4, 2) };

        TrainingChoice moved = choice.MoveWindow(1);

        Assert.Equal([new(40, 3), new(9, 6), new(21, 6)], moved.Ranges.AsEnumerable());
        Assert.Equal(1, moved.Window!.First);
    }
}
