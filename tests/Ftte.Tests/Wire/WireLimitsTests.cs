using Ftte.Wire;

namespace Ftte.Tests.Wire;

public sealed class WireLimitsTests
{
    [Fact]
    public void Limits_for_a_model_have_room_for_its_values_and_for_two_selections_of_the_longest_ranges()
    {
        const int Count = 1000, RangesBytes = 2 * (1 << 16) * 10;
        var limits = WireLimits.For(ParameterLayout.Create(("w", [Count])));
        Assert.Equal(Count, limits.MaxValues);
        Assert.Equal(1 << 16, limits.MaxRanges);
        Assert.InRange(limits.MaxMessageBytes, (Count * sizeof(float)) + RangesBytes, (Count * sizeof(float)) + RangesBytes + 1024);
    }

    [Fact]
    public void A_model_that_is_null_is_misuse() => Assert.Throws<ArgumentNullException>("layout", () => WireLimits.For(null!));
}
