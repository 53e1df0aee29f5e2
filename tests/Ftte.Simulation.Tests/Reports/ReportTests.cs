using System.Collections.Immutable;
using Ftte.Simulation.Reports;
using Ftte.Simulation.Reports.Charts;
using Ftte.Simulation.Reports.Statistics;

namespace Ftte.Simulation.Tests;

/// <summary>Reports: the content of the table, and that every chart of the page exists.</summary>
public sealed class ReportTests : IDisposable
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4E, 0x47];

    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-report-").FullName;

    [Fact]
    public async Task A_report_has_every_rule_and_every_chart_that_it_shows()
    {
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.WithStragglers(DevicePopulation.Mixed(60, 1), 0.5, 10, 1);
        var results = new List<SimulationResult>();
        foreach (SimulationRule rule in RuleTests.Rules().Take(4))
        {
            for (ulong seed = 1; seed <= 2; seed++)
            {
                results.Add(await Runs.RunAsync(rule, devices, new SimulationOptions { MaxVersions = 30, Seed = seed, Target = 0.1 }));
            }
        }

        SimulationReport.Write(_folder, new ReportContent { Title = "Toy", Results = results, Devices = devices, Notes = ["On a machine."] });

        string page = await File.ReadAllTextAsync(Path.Combine(_folder, "report.md"));
        Assert.StartsWith("# Toy\n\nOn a machine.\n\n| rule |", page, StringComparison.Ordinal);
        Assert.All(results, result => Assert.Contains($"| {result.Rule} | 2 |", page, StringComparison.Ordinal));
        string[] charts = [.. System.Text.RegularExpressions.Regex.Matches(page, @"\((.+\.png)\)").Select(match => match.Groups[1].Value)];
        Assert.Equal(8, charts.Length);
        Assert.All(charts, chart => Assert.Equal(PngSignature, File.ReadAllBytes(Path.Combine(_folder, chart))[..4]));
        Assert.Equal(results.Sum(result => result.Jobs.Length) + 1, (await File.ReadAllLinesAsync(Path.Combine(_folder, "jobs.csv"))).Length);
    }

    [Fact]
    public void A_table_states_which_target_was_not_reached_and_compares_with_the_first_rule()
    {
        SimulationResult slow = Result("slow", 1, 0.1, 0.5, 0.6, 0.6, 0.6) with { Target = 0.55 };
        SimulationResult fast = Result("fast", 1, 0.5, 0.6, 0.6, 0.6, 0.6) with { Target = 0.55 };
        SimulationResult never = Result("never", 1, 0.1, 0.6, 0.6, 0.5, 0.5) with { Target = 0.55 };

        string[] lines = SimulationReport.Table([slow, slow with { Seed = 2 }, fast, never, never with { Seed = 2 }]).TrimEnd().Split('\n');

        Assert.Equal(5, lines.Length);
        Assert.StartsWith("| slow | 2 | 2 s | 60.0 % | - |", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("| fast | 1 | 1 s, -50 % | 60.0 % | - |", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("| never | 2 | not reached | 50.0 % | - |", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_jobs_that_was_stopped_makes_a_report_too()
    {
        SimulationReport.Write(_folder, new ReportContent { Title = "Nothing", Results = [Result("none", 1, 0.1) with { IsComplete = false }], Devices = ToyTask.Devices(3) });

        Assert.Contains("stopped before their end", File.ReadAllText(Path.Combine(_folder, "report.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_runs_without_evaluations_a_report_has_the_sums_and_says_that_nothing_was_measured()
    {
        SimulationResult none = Unmeasured("none") with { Totals = new SimulationTotals { Trips = 3 } };

        SimulationReport.Write(_folder, new ReportContent { Title = "Nothing", Results = [none, none with { Seed = 2 }], Devices = ToyTask.Devices(3) });

        string page = File.ReadAllText(Path.Combine(_folder, "report.md"));
        Assert.Contains("Nothing was measured of none: ", page, StringComparison.Ordinal);
        Assert.Contains("| none | 2, stopped after 4 s | - | - | - | - | 0.0 | 0.0 | 0 | 3 |", page, StringComparison.Ordinal);
        Assert.Equal(5, Directory.GetFiles(_folder, "*.png").Length);
    }

    [Fact]
    public void A_run_without_evaluations_among_others_is_left_out()
    {
        SimulationResult good = Result("a", 1, 0.1, 0.3) with { IsComplete = false };
        SimulationResult none = Unmeasured("a") with { Seed = 2 };

        SimulationReport.Write(_folder, new ReportContent { Title = "Some", Results = [none, good], Devices = ToyTask.Devices(3) });

        Assert.Contains("| a | 1, stopped after 1 s; left out: 1, stopped after 4 s | not reached | 30.0 % |", File.ReadAllText(Path.Combine(_folder, "report.md")), StringComparison.Ordinal);
        Assert.Empty(TimeGrid.Of([none], [TimeSpan.Zero], point => point.Quality.Accuracy));
        Assert.Equal(new Spread(0.1, 0.1, 0.1), Assert.Single(TimeGrid.Of([good, none], [TimeSpan.Zero], point => point.Quality.Accuracy)));
    }

    [Fact]
    public void Runs_that_were_stopped_do_not_count_where_their_rule_has_others_and_are_not_compared_where_it_has_none()
    {
        SimulationResult whole = Result("a", 1, 0.1, 0.5) with { Totals = new SimulationTotals { BytesUp = 2_000_000 } };
        SimulationResult stopped = Result("a", 128, 0.1, 0.2, 0.3) with { Seed = 2, IsComplete = false };
        SimulationResult only = Result("b", 1, 0.1, 0.4) with { IsComplete = false, Totals = new SimulationTotals { BytesUp = 1_000_000 } };
        SimulationResult other = only with { Rule = "c", IsComplete = true };

        SimulationReport.Write(_folder, new ReportContent { Title = "Some", Results = [stopped, whole, only, other], Devices = ToyTask.Devices(3) });

        string page = File.ReadAllText(Path.Combine(_folder, "report.md"));
        Assert.Contains("| rule | seeds | time to target | final accuracy | stragglers |", page, StringComparison.Ordinal);
        Assert.Contains("| a | 1; left out: 1, stopped after 256 s | not reached | 50.0 % | - | 0.00 | 2.0 |", page, StringComparison.Ordinal);
        Assert.Contains("| b | 1, stopped after 1 s | not reached | 40.0 % | - | 0.00 | 1.0 |", page, StringComparison.Ordinal);
        Assert.Contains("| c | 1 | not reached | 40.0 % | - | 0.00 | 1.0, -50 % |", page, StringComparison.Ordinal);
        Assert.Contains("they are left out of medians, ranges and charts", page, StringComparison.Ordinal);
        Assert.DoesNotContain("-50 %", SimulationReport.Table([only, other, whole]), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_results_of_one_rule_and_seed_are_refused_before_anything_is_written()
    {
        string folder = Path.Combine(_folder, "new");
        SimulationResult[] twice = [Result("a", 1, 0.1), Result("b", 1, 0.1), Result("b", 1, 0.2)];

        ArgumentException error = Assert.Throws<ArgumentException>(() => SimulationReport.Write(folder, new ReportContent { Title = "Twice", Results = twice, Devices = ToyTask.Devices(3) }));

        Assert.StartsWith("Two results have the rule 'b' and the seed 1. Give each rule a unique name.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SimulationReport.Table(twice));
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void A_job_of_a_device_that_is_not_there_is_refused_before_anything_is_written(int device)
    {
        string folder = Path.Combine(_folder, "new");
        SimulationResult run = Result("a", 1, 0.1) with { Jobs = [new JobRecord { Number = 5, Device = device }] };

        ArgumentException error = Assert.Throws<ArgumentException>(() => SimulationReport.Write(folder, new ReportContent { Title = "Few", Results = [run], Devices = ToyTask.Devices(3) }));

        Assert.StartsWith($"Job 5 of rule 'a' with seed 1 has the device {device}, but the report has 3 devices", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void Where_nothing_is_known_an_accuracy_chart_goes_from_0_to_1()
    {
        ScottPlot.AxisLimits limits = AccuracyChart.Draw(RuleResults.Group([Unmeasured("a"), Result("b", 1, double.NaN, double.NaN)]), point => point.Quality.Accuracy, TimeUnit.For(TimeSpan.Zero)).Axes.GetLimits();

        Assert.Equal((0, 100), (limits.Bottom, limits.Top));
    }

    [Fact]
    public void What_is_not_a_number_is_left_out_of_charts()
    {
        SimulationResult some = Result("some", 1, double.NaN, 0.2, double.NaN, 0.4), none = Result("none", 1, double.NaN, double.NaN);
        ScottPlot.AxisLimits limits = AccuracyChart.Draw(RuleResults.Group([some, none]), point => point.Quality.Accuracy, TimeUnit.For(TimeSpan.Zero)).Axes.GetLimits();
        Assert.Equal((19, 41), (Math.Round(limits.Bottom, 9), Math.Round(limits.Top, 9)));

        SimulationResult all = some with { Rule = "all", Points = [.. some.Points.Select(point => point with { Quality = new ModelQuality(0.5, 0.4, 1.5) })] };

        SimulationReport.Write(_folder, new ReportContent { Title = "NaN", Results = [some, none, all], Devices = ToyTask.Devices(3) });

        Assert.Equal(7, Directory.GetFiles(_folder, "*.png").Length);
        Assert.Contains("| some | 1 | not reached | 40.0 % | - |", File.ReadAllText(Path.Combine(_folder, "report.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cost_has_a_bar_for_the_median_and_a_line_from_least_to_most()
    {
        using var plot = new ScottPlot.Plot();

        CostChart.Draw(plot, [new Spread(2, 1, 9), new Spread(3, 3, 3)]);

        Assert.Equal([2, 3], plot.GetPlottables<ScottPlot.Plottables.BarPlot>().SelectMany(bars => bars.Bars).Select(bar => bar.Value));
        Assert.Equal(["2", "3"], plot.GetPlottables<ScottPlot.Plottables.Text>().Select(label => label.LabelText));
        Assert.Equal([(1, 9), (3, 3)], plot.GetPlottables<ScottPlot.Plottables.LinePlot>().Select(line => (line.Start.Y, line.End.Y)));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.04, "0.04")]
    [InlineData(0.041666, "0.0417")]
    [InlineData(12.345, "12.3")]
    [InlineData(99.97, "100")]
    [InlineData(12345.6, "12,346")]
    public void A_cost_has_three_significant_digits(double value, string text) => Assert.Equal(text, CostChart.Figures(value));

    [Fact]
    public void Several_seeds_are_put_on_common_times_up_to_where_the_first_of_them_ends()
    {
        List<Spread> spreads = TimeGrid.Of(
            [Result("a", 1, 0.1, 0.2, 0.3), Result("a", 2, 0.1, 0.4)], [.. Enumerable.Range(0, 9).Select(i => TimeSpan.FromSeconds(i / 2.0))], point => point.Quality.Accuracy);

        Assert.Equal([0.1, 0.1, 0.15, 0.15, 0.35], spreads.Select(spread => Math.Round(spread.Median, 9)));
        Assert.Equal((0.3, 0.4), (spreads[^1].Min, spreads[^1].Max));
    }

    [Fact]
    public void Ages_are_counted_as_shares_and_the_oldest_go_together()
    {
        SimulationResult result = Result("a", 1, 0.1) with { Jobs = [.. new long[] { 0, 0, 1, 7, 9 }.Select(age => new JobRecord { Age = age })] };

        Assert.Equal([0.4, 0.2, 0, 0.4], AgeChart.Shares(new RuleResults("a", [result]), 4));
    }

    [Fact]
    public void For_several_seeds_the_median_and_the_range_are_stated()
    {
        Assert.Equal(new Spread(2.5, 1, 9), Spread.Of([9, 2, 3, 1, double.NaN]));
        Assert.Equal("2 (1 to 4)", Spread.Of([2, 1, 4]).Text(value => $"{value:0}"));
        Assert.Equal("2", Spread.Of([2, 2]).Text(value => $"{value:0}"));
        Assert.Equal("-", Spread.Of([]).Text(value => $"{value:0}"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SimulationResult Unmeasured(string rule) => Result(rule, 1, 0) with { Points = [], IsComplete = false, Duration = TimeSpan.FromSeconds(4) };

    private static SimulationResult Result(string rule, double secondsApart, params double[] accuracies) => new()
    {
        Rule = rule,
        Seed = 1,
        IsComplete = true,
        Duration = TimeSpan.FromSeconds(secondsApart * (accuracies.Length - 1)),
        Points = [.. accuracies.Select((accuracy, i) => new EvaluationPoint(TimeSpan.FromSeconds(secondsApart * i), new ModelVersion(i), new ModelQuality(accuracy), 0, 0, 0, 0))],
        Jobs = [],
        Totals = default,
    };
}
