namespace Ftte.Tests.Models;

public class ClientIdTests
{
    [Fact]
    public void A_name_is_kept_as_it_is()
    {
        Assert.Equal("phone-17", new ClientId("phone-17").Value);
        Assert.Equal("phone-17", new ClientId("phone-17").ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void A_blank_name_is_refused(string? name) => Assert.ThrowsAny<ArgumentException>(() => new ClientId(name!));

    [Theory]
    [InlineData("a", 128)]
    [InlineData("é", 64)]
    [InlineData("€", 42)]
    [InlineData("😀", 32)]
    public void The_longest_name_is_counted_in_bytes_of_UTF8(string letter, int count)
    {
        string longest = string.Concat(Enumerable.Repeat(letter, count));
        Assert.Equal(longest, new ClientId(longest).Value);
        var error = Assert.Throws<ArgumentException>(() => new ClientId(longest + letter));
        Assert.Contains("128 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_not_valid_Unicode_is_refused() =>
        // Not inline data: an attribute cannot hold them.
        Assert.All(["\ud800", "a\udc00b"], name => Assert.Throws<ArgumentException>(() => new ClientId(name)));

    [Fact]
    public void Names_are_compared_ordinally()
    {
        Assert.Equal(new ClientId("a"), new ClientId("a"));
        Assert.Equal(new ClientId("a").GetHashCode(), new ClientId("a").GetHashCode());
        Assert.NotEqual(new ClientId("a"), new ClientId("A"));
        Assert.NotEqual(new ClientId("é"), new ClientId("e\u0301"));
    }

    [Fact]
    public void Only_the_default_has_no_name() => Assert.Equal("", default(ClientId).Value);
}
