using System.Text.RegularExpressions;

namespace Ftte.Samples.Tests.Documentation;

/// <summary>The figures of the README: each paragraph with figures links to the page that has them.</summary>
public sealed partial class FigureTests
{
    public static TheoryData<string, string> Paragraphs
    {
        get
        {
            var paragraphs = new TheoryData<string, string>();
            foreach (string paragraph in DocumentationFiles.WithoutBlocks(File.ReadAllText(Path.Combine(DocumentationFiles.Root, "README.md"))).Split("\n\n"))
            {
                if (Figures(paragraph).Length > 0)
                {
                    paragraphs.Add(paragraph, Link().Match(paragraph).Groups[1].Value);
                }
            }

            return paragraphs;
        }
    }

    [Fact]
    public void The_README_has_figures_that_are_checked() => Assert.Equal(2, Paragraphs.Count);

    [Theory]
    [MemberData(nameof(Paragraphs))]
    public void A_figure_of_the_README_is_in_the_page_that_its_paragraph_links_to(string paragraph, string page)
    {
        Assert.NotEqual("", page);
        string text = File.ReadAllText(Path.Combine(DocumentationFiles.Root, page));

        Assert.All(Figures(paragraph), figure => Assert.Matches($@"(?<![\d.,]){Regex.Escape(figure)}(?![\d]|[.,]\d)", text));
    }

    [Theory]
    [InlineData("80 % less", "80")]
    [InlineData("66 to 88 %, 1,534 KB and 64.3 %", "66", "88", "1,534", "64.3")]
    [InlineData(".NET 10 and [a](docs/experiments/cifar10.md)")]
    [InlineData("CIFAR-10 and FTTE (arXiv 2510.03165)")]
    public void A_figure_is_a_number_of_its_own(string text, params string[] figures) => Assert.Equal(figures, Figures(text));

    private static string[] Figures(string text) => [.. Figure().Matches(Target().Replace(text, "")).Select(match => match.Value)];

    [GeneratedRegex(@"(?<![\w.\-/]|\.NET |arXiv )\d+(,\d{3})*(\.\d+)?(?![\w])")]
    private static partial Regex Figure();

    [GeneratedRegex(@"\]\([^)]*\)")]
    private static partial Regex Target();

    [GeneratedRegex(@"\((docs/experiments/[^)]+\.md)\)")]
    private static partial Regex Link();
}
