using System.Globalization;
using System.Text.RegularExpressions;

namespace Ftte.Samples.Tests.Documentation;

/// <summary>The README's table about the quick start: each cell follows from the seeds of the page that it links to.</summary>
public sealed class QuickstartFigureTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(DocumentationFiles.Root, "docs/experiments/quickstart.md"));

    private static string[] Row(string start) => Cells(File.ReadLines(Path.Combine(DocumentationFiles.Root, "README.md")).Single(line => line.StartsWith(start, StringComparison.Ordinal)));

    [Fact]
    public void Time_and_bytes_against_float32_are_the_median_and_the_range_of_the_seeds()
    {
        string section = Page[Page.IndexOf("## Synthetic digits", StringComparison.Ordinal)..Page.IndexOf("## MNIST", StringComparison.Ordinal)];
        string[][] table = [.. section.Split('\n').Where(line => line.StartsWith('|')).Select(Cells)];
        string[][] seeds = [.. table.Where(row => int.TryParse(row[0], CultureInfo.InvariantCulture, out _))];
        Assert.Equal(5, seeds.Length);
        string[] readme = Row("| FedAvg, float32 messages");

        Assert.Equal(Described(Column("time"), "less"), readme[1]);
        Assert.Equal(Described(Column("bytes"), "fewer"), readme[2]);

        int[] Column(string name) => [.. seeds.Select(row => int.Parse(Regex.Match(row[Array.IndexOf(table[0], name)], @"^-(\d+) %$").Groups[1].Value, CultureInfo.InvariantCulture)).Order()];

        static string Described(int[] savings, string word) => $"{savings[savings.Length / 2]} % {word} ({savings[0]} to {savings[^1]} %)";
    }

    [Fact]
    public void Time_and_bytes_against_int8_are_those_of_the_paragraph_about_equal_messages()
    {
        string[] readme = Row("| FedAvg, int8 messages");
        string paragraph = Page.Split("\n\n").Single(text => text.StartsWith("**The same messages for both.**", StringComparison.Ordinal)).Replace('\n', ' ');

        Assert.Contains($"FTTE takes {readme[1].Replace(" (", " time (", StringComparison.Ordinal)}", paragraph, StringComparison.Ordinal);
        Assert.Contains($"and {readme[2].Replace(" (", " bytes (", StringComparison.Ordinal)}", paragraph, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_is_that_of_the_sentence_about_every_seed()
    {
        Match memory = Regex.Match(Row("| FedAvg, float32 messages")[3], @"^(\d+) KB instead of (\d+) KB; without a plan, ([\d,]+) KB$");
        Assert.True(memory.Success);
        string[] bytes = [.. memory.Groups.Values.Skip(1).Select(group => group.Value)];

        Assert.Contains($"With every seed FTTE's plan takes {bytes[0]} KB, FedAvg's would take {bytes[1]} KB, and FedAvg without a plan takes {bytes[2]} KB:", Page, StringComparison.Ordinal);
    }

    private static string[] Cells(string row) => [.. row.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries)];
}
