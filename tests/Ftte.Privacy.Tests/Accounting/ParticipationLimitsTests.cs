namespace Ftte.Privacy.Tests;

public class ParticipationLimitsTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 1)]
    [InlineData(6, 1)]
    public void Contributions_of_a_client_in_five_versions_are_limited_by_the_separation(int separation, int expected) =>
        Assert.Equal(expected, new ParticipationLimits(int.MaxValue, separation).CountWithin(5));

    [Fact]
    public void Contributions_are_limited_by_their_maximum() => Assert.Equal(2, new ParticipationLimits(2, 1).CountWithin(5));

    [Fact]
    public void The_separation_may_exceed_the_number_of_versions() => Assert.Equal(1, new ParticipationLimits(3, int.MaxValue).CountWithin(int.MaxValue));

    [Fact]
    public void Limits_below_one_are_rejected()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParticipationLimits(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParticipationLimits(1, 0));
    }

    [Fact]
    public void The_default_value_is_a_single_contribution()
    {
        ParticipationLimits limits = default;

        Assert.Equal(new ParticipationLimits(1, 1), limits);
        Assert.Equal((1, 1), (limits.MaxParticipations, limits.MinSeparation));
        Assert.Equal(1, limits.CountWithin(10));
        Assert.Equal("ParticipationLimits { MaxParticipations = 1, MinSeparation = 1 }", limits.ToString());
        Assert.Equal(new ParticipationLimits(3, 1), limits with { MaxParticipations = 3 });
    }
}
