using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class TrainingProfileTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [8]), ("b", [8]));
    private static readonly TrainingChoice Sound = new("all", [new(0, 8)], SavedBytes: 16);
    private static readonly TrainingStep Step = new("first", 1, 1, 1, 16, [Sound]);

    [Fact]
    public void A_sound_profile_is_kept_as_given()
    {
        var profile = new TrainingProfile(Layout, 7, [Step, Step with { Name = "relu", Choices = [] }, Step with { Choices = [Sound with { Ranges = [new(12, 4), new(8, 2)] }] }]);
        Assert.Equal(7, profile.ResidentBytes);
        Assert.Same(Layout, profile.Layout);
        Assert.Equal(3, profile.Steps.Length);
        Assert.Equal(6, profile.Steps[2].Choices[0].ParameterCount);
    }

    [Fact]
    public void Choices_of_one_step_may_share_coordinates() =>
        Assert.NotNull(new TrainingProfile(Layout, 0, [Step with { Choices = [Sound, Sound with { Ranges = [new(0, 2)] }] }]));

    public static TheoryData<string, ImmutableArray<TrainingStep>> Unsound => new()
    {
        { "no steps. Specify at least one", default },
        { "no steps. Specify at least one", [] },
        { "null", [null!] },
        { "null", [Step with { Choices = default }] },
        { "null", [Step with { Choices = [null!] }] },
        { "No step has a choice", [Step with { Choices = [] }] },
        { "'first' has a negative", [Step with { ForwardBytes = -1 }] },
        { "'first' has a negative", [Step with { BackwardBytes = -1 }] },
        { "'first' has a negative", [Step with { BackwardBytesAtCut = -1 }] },
        { "'first' has a negative", [Step with { PassThroughSavedBytes = -1 }] },
        { "Choice 'all' of step 'first' has a negative", [Step with { PassThroughSavedBytes = 0, Choices = [Sound with { SavedBytes = -1 }] }] },
        { "Choice 'all' of step 'first' has a negative", [Step with { Choices = [Sound with { PersistentBytes = -1 }] }] },
        { "Choice 'all' of step 'first' has a negative", [Step with { Choices = [Sound with { MultiplyAdds = -1 }] }] },
        { "saves 15 bytes, fewer than the 16", [Step with { Choices = [Sound with { SavedBytes = 15 }] }] },
        { "trains nothing", [Step with { Choices = [Sound with { Ranges = default }] }] },
        { "trains nothing", [Step with { Choices = [Sound with { Ranges = [] }] }] },
        { "empty range", [Step with { Choices = [Sound with { Ranges = [new(0, 4), new(5, 0)] }] }] },
        { "outside the 16 parameters of the layout", [Step with { Choices = [Sound with { Ranges = [new(9, 8)] }] }] },
        { "outside the 16 parameters of the layout", [Step with { Choices = [Sound with { Ranges = [new(-1, 8)] }] }] },
        { "outside the 16 parameters of the layout", [Step with { Choices = [Sound with { Ranges = [new(int.MaxValue, int.MaxValue)] }] }] },
        { "a coordinate twice", [Step with { Choices = [Sound with { Ranges = [new(0, 4), new(3, 2)] }] }] },
        { "'second' trains coordinates that an earlier step", [Step, Step with { Name = "second", Choices = [Sound with { Ranges = [new(7, 2)] }] }] },
        { "The sum of all bytes", [Step with { ForwardBytes = long.MaxValue, BackwardBytes = long.MaxValue }] },
        { "The sum of all bytes", [Step with { Choices = [Sound with { PersistentBytes = long.MaxValue }] }] },
        { "The sum of all bytes", [Step with { Choices = [Sound with { WorkspaceBytes = long.MaxValue }] }] },
        { "The sum of all bytes", [Step with { BackwardBytesAtCut = long.MaxValue }] },
        { "The sum of all bytes", [Step with { PassThroughSavedBytes = 1L << 46, Choices = [] }, Step with { Choices = [Sound] }] },
        { "The sum of all bytes", [Step with { StreamedForwardBytes = long.MaxValue }] },
        { "The sum of all bytes", [Step with { BoundaryBytes = long.MaxValue }] },
        { "sum of multiply-adds", [Step with { Choices = [Sound with { MultiplyAdds = long.MaxValue }, Sound with { MultiplyAdds = 1 }] }] },
        { "sum of multiply-adds", [Step with { ForwardMultiplyAdds = 1, Choices = [Sound with { MultiplyAdds = long.MaxValue }] }] },
        { "sum of multiply-adds", [Step with { InputGradientMultiplyAdds = 1, Choices = [Sound with { MultiplyAdds = long.MaxValue }] }] },
        { "outside the 16 parameters of the layout", [Step with { Choices = [Sound with { Ranges = [new(0, 4), new(15, 2)] }] }] },
        { "does not train all ranges of the window", [Step with { Choices = [Sound with { Ranges = [new(0, 2)], Window = new(new(0, 8), 2, 2, 1) }] }] },
    };

    [Theory]
    [MemberData(nameof(Unsound), DisableDiscoveryEnumeration = true)]
    public void A_profile_that_makes_no_sense_is_refused_with_the_place(string place, ImmutableArray<TrainingStep> steps)
    {
        var error = Assert.Throws<ArgumentException>(() => new TrainingProfile(Layout, 0, steps));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_may_take_exactly_64_TiB_and_as_many_multiply_adds_as_fit_in_64_bits()
    {
        TrainingStep step = new("first", (1L << 46) - 10, 1, 1, 1, [new("all", [new(0, 8)], 1, 1, MultiplyAdds: long.MaxValue)]);
        Assert.NotNull(new TrainingProfile(Layout, 5, [step]));
        Assert.Throws<ArgumentException>(() => new TrainingProfile(Layout, 6, [step]));
    }

    [Fact]
    public void A_missing_layout_and_negative_resident_bytes_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new TrainingProfile(null!, 0, [Step]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingProfile(Layout, -1, [Step]));
    }
}
