using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class RotatingSelectorTests
{
    private const int Places = 4, Channels = 8, Filters = 3;
    private static readonly ParameterLayout Layout = ParameterLayout.Create(
        ("a.weight", [Places, Channels, Filters]), ("a.bias", [Filters]), ("b.weight", [Places, Channels, Filters]), ("b.bias", [Filters]));

    private static readonly TrainingProfile Profile = new(Layout, 0, [.. Enumerable.Range(0, 2).Select(i =>
    {
        ParameterRange bias = Layout.RangeOf((2 * i) + 1);
        return new TrainingStep($"layer{i}", 0, 0, 0, 0, [.. new[] { 2, 4, 8 }.Select(count =>
        {
            var window = new ChannelWindow(Layout.RangeOf(2 * i), Places, Channels, count);
            return new TrainingChoice($"{count} channels", [.. window.Ranges, bias], SavedBytes: 10 * count, PersistentBytes: 0, MultiplyAdds: count)
            {
                Window = count == Channels ? null : window,
            };
        })]);
    })]);

    private static SelectionRequest Request(long memory, long turn) => new(Profile, new BlockImportance(Layout, 5, 1, 3, 1), memory) { Turn = turn };

    [Fact]
    public void Costs_and_importance_stay_while_the_channels_rotate()
    {
        SelectionResult still = new ExactSelector().Select(Request(60, 0));
        var selections = new HashSet<ParameterSelection>();
        for (long turn = 0; turn < 40; turn++)
        {
            SelectionResult moved = new RotatingSelector(seed: 1).Select(Request(60, turn));
            Assert.Equal(still.Certificate.Choices.AsEnumerable(), moved.Certificate.Choices.AsEnumerable());
            Assert.Equal(still.Certificate.Objective, moved.Certificate.Objective, 1e-12);
            Assert.Equal(still.Certificate.Timeline.PeakBytes, moved.Certificate.Timeline.PeakBytes);
            Assert.Equal(still.Selection.Count, moved.Selection.Count);
            selections.Add(moved.Selection);
        }

        Assert.True(selections.Count > 8);
    }

    [Fact]
    public void The_windows_of_a_seed_and_a_turn_are_always_the_same()
    {
        string Ranges(long turn) => string.Join(" ", new RotatingSelector(seed: 7).Select(Request(40, turn)).Selection.Ranges.Select(range => $"{range.Start}+{range.Length}"));

        Assert.Equal("6+6 30+6 54+6 78+6 96+3 105+6 129+6 153+6 177+6 195+3", Ranges(0));
        Assert.Equal("3+6 27+6 51+6 75+6 96+3 117+6 141+6 165+6 189+9", Ranges(3));
    }

    [Fact]
    public void In_time_every_channel_is_trained()
    {
        ParameterSelection trained = ParameterSelection.Create(Layout.ParameterCount, []);
        for (long turn = 0; turn < 60; turn++)
        {
            trained = trained.Union(new RotatingSelector(seed: 2).Select(Request(40, turn)).Selection);
        }

        Assert.True(trained.IsFull);
    }

    [Fact]
    public void A_window_that_reaches_the_last_channel_goes_on_at_the_first()
    {
        TrainingChoice choice = Profile.Steps[0].Choices[1].MoveWindow(6);
        Assert.Equal([6, 7, 0, 1], Trained(choice).Order().OrderBy(c => c < 6));
        Assert.Equal(choice.ParameterCount, Profile.Steps[0].Choices[1].ParameterCount);
        Assert.Contains(Layout.RangeOf(1), choice.Ranges);
        Assert.Same(Profile.Steps[0].Choices[2], Profile.Steps[0].Choices[2].MoveWindow(3));

        static IEnumerable<int> Trained(TrainingChoice choice) =>
            Enumerable.Range(0, Places * Channels).Where(row => choice.Ranges.Any(r => r.Start <= row * Filters && (row + 1) * Filters <= r.End)).Select(row => row % Channels).Distinct();
    }

    [Fact]
    public void A_cycle_offers_one_part_after_the_other_from_the_first_layers_on_and_passes_over_what_does_not_fit()
    {
        var selector = new RotatingSelector(seed: 3, blockCycle: 2, warmupTurns: 1);
        int[][] choices = [.. Enumerable.Range(0, 5).Select(turn => selector.Select(Request(1000, turn)).Certificate.Choices.ToArray())];
        Assert.Equal([2, 2], choices[0]);
        Assert.Equal([2, -1], choices[1]);
        Assert.Equal([-1, 2], choices[2]);
        Assert.Equal([2, -1], choices[3]);

        TrainingStep heavy = Profile.Steps[0] with { BackwardBytesAtCut = 500 };
        var profile = new TrainingProfile(Layout, 0, [heavy, Profile.Steps[1]]);
        var tight = new SelectionRequest(profile, new BlockImportance(Layout, 5, 1, 3, 1), 100) { Turn = 1 };
        Assert.Equal([-1, 2], selector.Select(tight).Certificate.Choices.AsEnumerable());
    }

    [Fact]
    public void A_part_is_offered_if_only_its_smaller_choices_fit()
    {
        SelectionRequest tight = Request(40, 1);
        Assert.Equal([1, -1], new RotatingSelector(blockCycle: 2, warmupTurns: 1).Select(tight).Certificate.Choices.AsEnumerable());
    }

    [Fact]
    public void A_cycle_starts_with_the_first_part_after_the_warmup()
    {
        var layout = ParameterLayout.Create(("a", [2]), ("b", [2]), ("c", [2]));
        var profile = new TrainingProfile(layout, 0, [.. Enumerable.Range(0, 3).Select(i => new TrainingStep($"{i}", 0, 0, 0, 0, [new("all", [layout.RangeOf(i)], 1)]))]);
        var selector = new RotatingSelector(blockCycle: 3, warmupTurns: 2);
        Assert.Equal([0, 0, 0, 1, 2, 0], Enumerable.Range(0, 6).Select(turn =>
            selector.Select(new SelectionRequest(profile, new BlockImportance(layout, 1, 1, 1), 100) { Turn = turn }).Certificate.Timeline.Cut));
    }

    [Fact]
    public void More_parts_than_layers_are_as_many_as_layers()
    {
        var selector = new RotatingSelector(blockCycle: 50);
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(turn => selector.Select(Request(1000, turn)).Certificate.Timeline.Cut));
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RotatingSelector(blockCycle: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RotatingSelector(warmupTurns: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelWindow(new(0, 24), 2, 4, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelWindow(new(0, 24), 2, 4, 2) { First = 4 });
        Assert.Throws<ArgumentException>(() => new ChannelWindow(new(0, 25), 2, 4, 2));
    }
}
