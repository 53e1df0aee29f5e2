namespace Ftte.Tests;

public class ModelVersionTests
{
    [Fact]
    public void The_first_version_is_0() => Assert.Equal(new ModelVersion(0), default);

    [Fact]
    public void Each_publication_adds_one() => Assert.Equal(new ModelVersion(8), new ModelVersion(7).Next);

    [Theory]
    [InlineData(7, 7, 0)]
    [InlineData(9, 7, 2)]
    [InlineData(7, 9, -2)]
    public void The_difference_is_the_age(long current, long received, long age) =>
        Assert.Equal(age, new ModelVersion(current) - new ModelVersion(received));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    public void Versions_compare_like_their_numbers(long left, long right)
    {
        ModelVersion a = new(left), b = new(right);
        Assert.Equal(left < right, a < b);
        Assert.Equal(left <= right, a <= b);
        Assert.Equal(left > right, a > b);
        Assert.Equal(left >= right, a >= b);
        Assert.Equal(left == right, a == b);
        Assert.Equal(left.CompareTo(right), a.CompareTo(b));
    }

    [Fact]
    public void A_version_reads_like_one() => Assert.Equal("v12", new ModelVersion(12).ToString());

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_negative_number_is_refused_so_that_ages_never_overflow(long number)
    {
        Assert.Throws<ArgumentOutOfRangeException>("Number", () => new ModelVersion(number));
        Assert.Throws<ArgumentOutOfRangeException>("Number", () => new ModelVersion(1) with { Number = number });
        Assert.Throws<ArgumentOutOfRangeException>("Number", () => new SelectionVersion(-1));
    }
}
