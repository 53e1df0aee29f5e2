using CsCheck;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class MemoryTimelineTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("conv", [6]), ("fc.weight", [5]), ("fc.bias", [1]));

    private static readonly TrainingProfile Profile = new(Layout, 100,
    [
        new("conv", 10, 12, 8, 2, [new("all", [Layout.RangeOf(0)], SavedBytes: 3, PersistentBytes: 1)]),
        new("relu", 5, 6, 6, 1, []),
        new("fc", 4, 7, 5, 0, [new("bias", [Layout.RangeOf(2)], 0, 2), new("all", [Layout.RangeOf(1), Layout.RangeOf(2)], 9, 20)]),
    ]);

    [Fact]
    public void Training_nothing_takes_forward_memory_only()
    {
        var timeline = MemoryTimeline.Compute(Profile, [-1, -1, -1]);
        Assert.Equal([110, 105, 104], timeline.Forward.AsEnumerable());
        Assert.Equal([0, 0, 0], timeline.Backward.AsEnumerable());
        Assert.Equal((3, 110, 0), (timeline.Cut, timeline.PeakBytes, timeline.BindingStep));
    }

    [Fact]
    public void Training_the_last_step_saves_and_computes_nothing_before_it()
    {
        var timeline = MemoryTimeline.Compute(Profile, [-1, -1, 1]);
        Assert.Equal([130, 125, 124], timeline.Forward.AsEnumerable()); // 100 resident + 20 persistent
        Assert.Equal([0, 0, 134], timeline.Backward.AsEnumerable()); // + 9 saved + 5 at the cut
        Assert.Equal((2, 134, 2), (timeline.Cut, timeline.PeakBytes, timeline.BindingStep));
    }

    [Fact]
    public void Training_the_first_step_lets_the_gradient_pass_through_all_later_ones()
    {
        var timeline = MemoryTimeline.Compute(Profile, [0, -1, 0]);
        Assert.Equal([113, 111, 111], timeline.Forward.AsEnumerable()); // 100 + 1 + 2 held; then + 3 saved; then + 1 passed through
        Assert.Equal([114, 113, 114], timeline.Backward.AsEnumerable()); // 106 + 8 at the cut; 107 + 6; 107 + 7
        Assert.Equal((0, 114, 0), (timeline.Cut, timeline.PeakBytes, timeline.BindingStep));
    }

    [Fact]
    public void The_timeline_is_the_definition_written_out() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var random = new Random(seed);
            TrainingProfile profile = RandomProfiles.Profile(random, 8);
            int[] choices = [.. profile.Steps.Select(s => random.Next(-1, s.Choices.Length))];
            var timeline = MemoryTimeline.Compute(profile, choices);

            int steps = choices.Length;
            int cut = Enumerable.Range(0, steps).FirstOrDefault(t => choices[t] >= 0, steps);
            long persistent = Enumerable.Range(0, steps).Where(t => choices[t] >= 0).Sum(t => profile.Steps[t].Choices[choices[t]].PersistentBytes);
            Assert.Equal(cut, timeline.Cut);
            Assert.Equal(Enumerable.Range(0, steps).Select(t => profile.ResidentBytes + persistent + Saved(t - 1) + profile.Steps[t].ForwardBytes), timeline.Forward.AsEnumerable());
            Assert.Equal(Enumerable.Range(0, steps).Select(t => t < cut ? 0 : profile.ResidentBytes + persistent + Saved(t) + Backward(t)), timeline.Backward.AsEnumerable());
            Assert.Equal(timeline.Forward.Concat(timeline.Backward).Max(), timeline.PeakBytes);
            Assert.Equal(timeline.PeakBytes, Math.Max(timeline.Forward[timeline.BindingStep], timeline.Backward[timeline.BindingStep]));

            long Saved(int last) => Enumerable.Range(0, steps).Where(t => t >= cut && t <= last)
                .Sum(t => choices[t] < 0 ? profile.Steps[t].PassThroughSavedBytes : profile.Steps[t].Choices[choices[t]].SavedBytes);

            long Backward(int t) => t == cut ? profile.Steps[t].BackwardBytesAtCut : profile.Steps[t].BackwardBytes;
        });

    [Theory]
    [InlineData(new[] { -1, -1 })]
    [InlineData(new[] { -1, -1, -1, -1 })]
    [InlineData(new[] { 1, -1, -1 })]
    [InlineData(new[] { -1, 0, -1 })]
    [InlineData(new[] { -2, -1, -1 })]
    public void Choices_that_the_profile_does_not_have_are_refused(int[] choices)
    {
        Assert.Throws<ArgumentException>(nameof(choices), () => MemoryTimeline.Compute(Profile, choices));
        Assert.Throws<ArgumentException>(nameof(choices), () => Profile.CountMultiplyAdds(choices));
    }

    [Fact]
    public void A_profile_that_is_null_is_misuse() => Assert.Throws<ArgumentNullException>("profile", () => MemoryTimeline.Compute(null!, []));

    [Fact]
    public void Steps_before_the_cut_run_in_chunks_beside_the_buffer_that_collects_their_results()
    {
        TrainingProfile profile = new(Layout, 100,
        [
            new("conv", 90, 12, 8, 2, [new("all", [Layout.RangeOf(0)], SavedBytes: 3)]) { StreamedForwardBytes = 30 },
            new("relu", 5, 6, 6, 1, []),
            new("fc", 4, 7, 5, 0, [new("bias", [Layout.RangeOf(2)], 0)]) { BoundaryBytes = 20 },
        ]);

        Assert.Equal([150, 125, 104], MemoryTimeline.Compute(profile, [-1, -1, 0]).Forward.AsEnumerable());
        Assert.Equal(190, MemoryTimeline.Compute(profile, [0, -1, 0]).Forward[0]);
        Assert.Equal([130, 105, 104], MemoryTimeline.Compute(profile, [-1, -1, -1]).Forward.AsEnumerable());
    }
}
