using CsCheck;
using Ftte.Samples.Shared;

namespace Ftte.Samples.Tests.Shared;

public sealed class TextLinesTests
{
    private static readonly string[] Vocabulary = ["a", "peak", "114", "KiB", "%", "net-work,", "9,810", "s"];
    private static readonly Gen<string> Words = Gen.Int[0, Vocabulary.Length - 1].Array[0, 30].Select(words => string.Join(' ', words.Select(i => Vocabulary[i])));

    [Fact]
    public void Wrapped_text_keeps_every_word_in_order() =>
        Gen.Select(Words, Gen.Int[1, 40]).Sample((text, width) => Assert.Equal(text, string.Join(' ', TextLines.Wrap(text, width))));

    [Fact]
    public void A_line_is_too_long_only_if_it_cannot_be_broken() =>
        Gen.Select(Words, Gen.Int[1, 40]).Sample((text, width) => Assert.All(
            TextLines.Wrap(text, width).Where(line => line.Length > width),
            line => Assert.Single(TextLines.Wrap(line, 1))));

    [Theory]
    [InlineData("45.7 KiB of 160 KiB left", 18, "45.7 KiB of|160 KiB left")]
    [InlineData("trained 39.2 %, 3 min left", 12, "trained|39.2 %,|3 min left")]
    [InlineData("a  b ", 1, "a|b")]
    [InlineData("", 5, "")]
    public void A_number_stays_with_its_unit(string text, int width, string lines) => Assert.Equal(lines, string.Join('|', TextLines.Wrap(text, width)));

    [Fact]
    public void A_list_is_broken_between_items_first()
    {
        Assert.Equal(["Held: 1 KiB;", "Saved: 2 KiB"], TextLines.Join(["Held: 1 KiB", "Saved: 2 KiB"], "; ", 20));
        Assert.Equal(["Held: 1 KiB; Saved: 2 KiB"], TextLines.Join(["Held: 1 KiB", "Saved: 2 KiB"], "; ", 25));
        Assert.Equal(["one two", "three;", "four"], TextLines.Join(["one two three", "four"], "; ", 8));
    }

    [Theory]
    [InlineData("version 12", 10, "version 12")]
    [InlineData("version 12", 9, "version…")]
    [InlineData("version 12", 1, "…")]
    [InlineData("version 12", 0, "")]
    [InlineData("version 12", -3, "")]
    public void Text_is_cut_with_a_mark(string text, int width, string expected) => Assert.Equal(expected, TextLines.Cut(text, width));
}
