using Cifar10.Report;
using Ftte.Samples.Shared;
using Spectre.Console;

namespace Ftte.Samples.Tests.Shared;

/// <summary>Tables at the widths of terminals: no line is too long, and no cell is broken in a table.</summary>
public sealed class AdaptiveTableTests
{
    private static readonly RunLine Line = new(
        "main", "FTTE [one]", 1, "net", 5, 0.9, 10, 0.3, 3, 0.5, 0.53, 1234.2, new Dictionary<string, double?> { ["0.5"] = 100, ["3"] = null }, 7_654_321, 0.643, 0.651, 900, 1_000_000, 1, 1_048_576, 1, 0.07, 1000, 0);

    [Theory]
    [InlineData(48)]
    [InlineData(80)]
    [InlineData(160)]
    public void A_comparison_fits_the_terminal_and_is_no_markdown(int width)
    {
        string text = Write(width, console => RunTable.Write(console, [Line, Line with { Rule = "other", Complete = true }]));

        Assert.All(text.Split('\n'), line => Assert.InRange(line.TrimEnd('\r').Length, 0, width));
        Assert.DoesNotContain("| --- |", text, StringComparison.Ordinal);
        Assert.Contains("FTTE [one]", text, StringComparison.Ordinal);
        Assert.Contains("1,234", Unwrapped(text), StringComparison.Ordinal);
        Assert.Contains("64.3 %", Unwrapped(text), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_fits_has_a_line_per_row()
    {
        string text = Write(12, Small().Write);

        Assert.Equal(4 + 1, text.TrimEnd().Split('\n').Length);
        Assert.Contains("ab", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_does_not_fit_is_a_list_without_empty_cells()
    {
        AdaptiveTable table = Small();
        table.AddRow(["cd", ""]);

        Assert.Equal(["ab", "  n: 1", "cd"], Write(9, table.Write).TrimEnd().Split('\n').Select(line => line.TrimEnd()));
    }

    [Fact]
    public void Numbers_have_points_in_any_culture()
    {
        using var german = new CommaCulture();

        Assert.Contains("| 1,234 | 8 | 64.3 % | 65.1 % | 1 | 1,024 | 1,000 | 7 % |", RunTable.Of([Line]), StringComparison.Ordinal);
        Assert.Contains("FTTE \\[one\\]", RunTable.Of([Line]), StringComparison.Ordinal);
        Assert.Equal(("12.5 %", "1.5 s", "1,240"), (Ftte.Samples.Shared.Units.Percent(0.125), Ftte.Samples.Shared.Units.Duration(TimeSpan.FromSeconds(1.5)), Ftte.Samples.Shared.Units.Rate(1240)));
        Assert.Contains("\"finalAccuracy\":0.643", Line.ToJson(), StringComparison.Ordinal);
    }

    private static AdaptiveTable Small()
    {
        AdaptiveTable table = new AdaptiveTable().AddColumn("").AddColumn("n", isNumber: true);
        table.AddRow(["ab", "1"]);
        return table;
    }

    private static string Unwrapped(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Write(int width, Action<IAnsiConsole> write)
    {
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No });
        console.Profile.Width = width;
        write(console);
        return text.ToString();
    }
}
