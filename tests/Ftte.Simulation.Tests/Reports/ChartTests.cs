using Ftte.Charts;
using Ftte.Simulation.Reports.Charts;
using Ftte.Simulation.Reports.Statistics;
using ScottPlot;
using ScottPlot.Plottables;

namespace Ftte.Simulation.Tests;

/// <summary>Charts of reports: axes, legends, and what is said of what is not drawn.</summary>
public sealed class ChartTests
{
    private static readonly TimeUnit Seconds = TimeUnit.For(TimeSpan.Zero);

    [Theory]
    [InlineData(new long[] { 0 }, new[] { "0" })]
    [InlineData(new long[] { 1 }, new[] { "0", "1" })]
    [InlineData(new long[] { 0, 3 }, new[] { "0", "1", "2", "3" })]
    public void Ages_are_whole_numbers_from_0(long[] ages, string[] labels)
    {
        List<RuleResults> rules = RuleResults.Group([SampleResults.Run("a", 1, 0.1).WithAges(ages)]);

        Assert.All(new[] { AgeChart.Draw(rules), WeightChart.Draw(rules) }, plot =>
        {
            Assert.Equal(labels, Labels(plot));
            Assert.Equal((-0.5, labels.Length - 0.5), (plot.Axes.GetLimits().Left, plot.Axes.GetLimits().Right));
        });
    }

    [Fact]
    public void Without_updates_the_axis_of_ages_has_0_alone()
    {
        List<RuleResults> rules = RuleResults.Group([SampleResults.Run("a", 1, 0.1)]);

        Assert.Equal(["0"], Labels(AgeChart.Draw(rules)));
        Assert.Equal("a (no accepted update)", Assert.Single(WeightChart.Draw(rules).Legend.GetItems()).LabelText);
    }

    [Fact]
    public void Older_updates_count_toward_the_last_age_which_says_so()
    {
        List<RuleResults> rules = RuleResults.Group([SampleResults.Run("a", 1, 0.1).WithAges(0, 99, 500)]);
        Plot weights = WeightChart.Draw(rules);

        Assert.EndsWith("+", Labels(AgeChart.Draw(rules))[^1], StringComparison.Ordinal);
        Assert.Equal("39+", Labels(weights)[^1]);
        Assert.Equal([(0, 1 / 1.5), (39, ((1 / 100.5) + (1 / 501.5)) / 2)], weights.GetPlottables<Scatter>().Single().Data.GetScatterPoints().Select(point => (point.X, point.Y)));
    }

    [Fact]
    public void A_curve_that_ends_before_others_ends_in_a_dot_and_the_legend_says_when()
    {
        Plot plot = AccuracyChart.Draw(
            RuleResults.Group([SampleResults.Run("long", 10, 0.1, 0.2, 0.3), SampleResults.Run("short", 5, 0.1, 0.4)]), point => point.Quality.Accuracy, Seconds);

        Assert.Equal(["long", "short (ends at 5 s)"], plot.Legend.GetItems().Select(item => item.LabelText));
        Marker dot = Assert.Single(plot.GetPlottables<Marker>());
        Assert.Equal((5, 40), (dot.X, Math.Round(dot.Y, 9)));
    }

    [Fact]
    public void Accuracy_on_devices_is_a_band_between_deciles_next_to_the_central_accuracy()
    {
        SimulationResult run = SampleResults.Run("a", 10, 0.1, 0.5, 0.6) with
        {
            DeviceEvaluations = [.. new[] { 2, 12 }.Select(seconds => new DeviceEvaluation(TimeSpan.FromSeconds(seconds), new FederatedEvaluation(
                new ModelVersion(seconds), 10, [EvaluationMetric.Accuracy], Enumerable.Range(1, 10).Select(i => new EvaluationAnswer(new ClientId($"d{i}"), null, i, [i / 20f])))))],
        };
        Plot plot = DeviceChart.Draw(run, Seconds);

        Assert.Equal(["devices: worst to best decile (tolerates 0 false answers)", "devices: median", "devices: mean weighted by examples", "central test examples"], plot.Legend.GetItems().Select(item => item.LabelText));
        (double X, double Y)[][] lines = [.. plot.GetPlottables<Scatter>().Select(line => line.Data.GetScatterPoints().Select(point => (point.X, Math.Round(point.Y, 4))).ToArray())];
        Assert.Equal([(2, 25), (12, 25)], lines[0]);
        Assert.Equal([(2, 35), (12, 35)], lines[1]);
        Assert.Equal([(0, 10), (10, 50), (20, 60)], lines[2]);
        Assert.True(DeviceChart.IsDrawn(run));
        Assert.False(DeviceChart.IsDrawn(SampleResults.Run("a", 10, 0.1)));
    }

    [Fact]
    public void A_rule_without_measurements_is_named_in_the_legend()
    {
        Plot plot = AccuracyChart.Draw(RuleResults.Group([SampleResults.Run("none", 1, double.NaN)]), point => point.Quality.Accuracy, Seconds);

        Assert.Equal("none (nothing measured)", Assert.Single(plot.Legend.GetItems()).LabelText);
    }

    [Theory]
    [InlineData(1, "seconds")]
    [InlineData(7200, "seconds")]
    [InlineData(7201, "minutes")]
    [InlineData(90_000, "hours")]
    [InlineData(2_000_000, "days")]
    public void All_times_of_a_report_are_in_the_unit_of_its_longest_run(double seconds, string unit)
    {
        SimulationResult longest = SampleResults.Run("a", seconds, 0.1, 0.2).WithAges(0), brief = SampleResults.Run("b", 1, 0.1, 0.2).WithAges(0);

        TimeUnit common = TimeUnit.For([longest, brief]);

        Assert.Equal(unit, common.Name);
        Assert.StartsWith($"virtual time ({unit})", TimelineChart.Draw(brief, ToyTask.Devices(1), common).Label, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timeline_says_which_part_of_the_run_it_shows()
    {
        SimulationResult run = SampleResults.Run("a", 10, 0.1, 0.2).WithAges(0, 0);

        Assert.Equal("virtual time (seconds); the first 2.5 s of 10 s", TimelineChart.Draw(run, ToyTask.Devices(1), Seconds).Label);
    }

    [Fact]
    public void A_legend_breaks_into_rows_at_the_edge_of_the_chart()
    {
        Assert.Equal([[0, 1], [2], [3]], LegendRows.Break([100, 100, 200, 250], 250));
        Assert.Equal([[0]], LegendRows.Break([900], 250));
    }

    [Fact]
    public void A_legend_holds_all_of_its_text()
    {
        var plot = new Plot();
        for (int i = 0; i < 12; i++)
        {
            plot.Add.HorizontalLine(i).LegendText = $"a rule with a long name, number {i}";
        }

        LegendRows.AddTo(plot, 1200, 15);
        using Paint paint = Paint.NewDisposablePaint();
        LegendLayout layout = plot.Legend.Layout.GetLayout(plot.Legend, plot.Legend.GetItems(), new PixelSize(float.PositiveInfinity, float.PositiveInfinity), paint);

        Assert.InRange(layout.LegendRect.Width, 1, 1200);
        Assert.All(layout.LabelRects.Zip(layout.LegendItems), label =>
        {
            float size = label.Second.LabelStyle.FontSize, baseline = label.First.LeftCenter.Y + (size / 4);
            Assert.InRange(label.First.Right, 0, layout.LegendRect.Right - plot.Legend.Padding.Right + 1);
            Assert.InRange(baseline - size, layout.LegendRect.Top + plot.Legend.Padding.Top, layout.LegendRect.Bottom);
            Assert.InRange(baseline + (size / 3), layout.LegendRect.Top, layout.LegendRect.Bottom - plot.Legend.Padding.Bottom);
        });
    }

    /// <summary>Gets the labels of the horizontal axis, which exist once a plot has been rendered.</summary>
    private static string[] Labels(Plot plot)
    {
        plot.RenderInMemory();
        return [.. plot.Axes.Bottom.TickGenerator.Ticks.Select(tick => tick.Label)];
    }
}
