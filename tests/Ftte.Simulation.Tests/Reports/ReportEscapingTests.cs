using System.Text.RegularExpressions;
using Ftte.Simulation.Reports;

namespace Ftte.Simulation.Tests;

/// <summary>Names of any kind in reports: each format shows them as they are, in any culture.</summary>
public sealed partial class ReportEscapingTests : IDisposable
{
    private const string Awkward = "a|b,\"c\" *d* _e_ [f](g) <h> `i` &amp; \\ $x$\r\n# j";

    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-report-").FullName;

    [Theory]
    [InlineData("a|b")]
    [InlineData(Awkward)]
    public void A_rule_with_any_name_takes_one_cell_of_one_line(string rule)
    {
        string[] lines = SimulationReport.Table([SampleResults.Run(rule, 1, 0.5)]).TrimEnd().Split('\n');

        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Equal(12, UnescapedBar().Count(line)));
    }

    [Fact]
    public void Titles_and_rules_are_shown_as_they_are_and_notes_are_markdown()
    {
        SimulationReport.Write(_folder, new ReportContent { Title = "5 * 4 <b> #1\n|", Results = [SampleResults.Run("[a](b)", 1, 0.5)], Devices = ToyTask.Devices(1), Notes = ["*emphasis*"] });

        string page = File.ReadAllText(Path.Combine(_folder, "report.md"));
        Assert.StartsWith("# 5 \\* 4 \\<b\\> \\#1 \\|\n\n*emphasis*\n\n", page, StringComparison.Ordinal);
        Assert.Contains("![Jobs of the devices over time: \\[a\\](b)](timeline-1.png)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_with_any_name_is_one_field_of_CSV_and_comes_back_from_JSON()
    {
        SimulationResult run = SampleResults.Run(Awkward, 2, 0.5, 0.5).WithAges(0) with { Totals = new SimulationTotals { Trips = 1, Accepted = 1 } };
        using var csv = new StringWriter();
        using var json = new StringWriter();

        ResultFile.WritePointsCsv(csv, [run]);
        ResultFile.WriteJsonLines(json, run);

        Assert.Contains($"\n\"{Awkward.Replace("\"", "\"\"", StringComparison.Ordinal)}\",1,0,", csv.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, json.ToString().TrimEnd().Split('\n').Length);
        Assert.Equal(Awkward, ResultFile.ReadJsonLines(new StringReader(json.ToString())).Rule);
    }

    [Fact]
    public void A_rule_with_a_carriage_return_is_quoted_in_CSV()
    {
        using var csv = new StringWriter();

        ResultFile.WritePointsCsv(csv, [SampleResults.Run("a\rb", 1, 0.5)]);

        Assert.Contains("\n\"a\rb\",1,", csv.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_is_the_same_in_a_culture_with_decimal_commas()
    {
        SimulationResult run = SampleResults.Run("a", 1.25, 0.1234, 0.25, 0.5).WithAges(0, 3) with { Target = 0.3, Totals = new SimulationTotals { BytesUp = 1_234_567, PeakDeviceBytes = 12_345 } };
        SimulationResult slower = run with { Rule = "b", Totals = new SimulationTotals { BytesUp = 2_234_567, PeakDeviceBytes = 1_234_567 } };
        string plain = Path.Combine(_folder, "plain"), comma = Path.Combine(_folder, "comma");
        var content = new ReportContent { Title = "T", Results = [run, slower], Devices = ToyTask.Devices(1) };

        SimulationReport.Write(plain, content);
        using (new CommaCulture())
        {
            SimulationReport.Write(comma, content);
        }


        string[] files = [.. Directory.GetFiles(plain).Select(file => Path.GetFileName(file)!)];
        Assert.Equal(9, files.Length);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(plain, file)), File.ReadAllBytes(Path.Combine(comma, file))));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex UnescapedBar();
}
