namespace Ftte.Tests;

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

    [Theory]
    [InlineData("a\nCRITICAL forged line", "U+000A")]
    [InlineData("a\rb", "U+000D")]
    [InlineData("a\tb", "U+0009")]
    [InlineData("a\0", "U+0000")]
    [InlineData("a\u001b[31m", "U+001B")]
    [InlineData("a\u0085b", "U+0085")]
    [InlineData("a\u2028b", "U+2028")]
    [InlineData("a\u2029b", "U+2029")]
    [InlineData("a\u202eb", "U+202E")]
    [InlineData("a\u200bb", "U+200B")]
    [InlineData("a\ufeff", "U+FEFF")]
    public void A_character_that_could_forge_a_log_line_or_hide_is_refused_and_not_repeated(string name, string character)
    {
        var error = Assert.Throws<ArgumentException>(() => new ClientId(name));
        Assert.Contains($"contains the character {character} at index 1. Use 1 to 128 bytes", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("phone 17")]
    [InlineData("日本 ä ö")]
    [InlineData("{Client}")]
    [InlineData("😀")]
    public void Other_names_are_accepted(string name) => Assert.Equal(name, new ClientId(name).Value);

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
