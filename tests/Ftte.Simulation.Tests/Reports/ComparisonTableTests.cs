using System.Collections.Immutable;
using Ftte.Simulation.Reports;
using Ftte.Simulation.Reports.Statistics;

namespace Ftte.Simulation.Tests;

/// <summary>The comparison of rules by their time, bytes and memory to a target.</summary>
public sealed class ComparisonTableTests
{
    private static readonly SimulationResult Slow = Run("slow", 100, 1_500_000, 0.5, 0.9, 0.9, 0.95);
    private static readonly SimulationResult Fast = Run("fast", 30, 129_000, 0.5, 0.9, 0.95, 0.97);

    [Fact]
    public void Each_measure_has_a_row_and_each_rule_a_column_with_the_change_against_the_first()
    {
        ComparisonTable table = ComparisonTable.Of([Slow, Fast]);

        Assert.Equal(["", "slow", "fast"], table.Columns.AsEnumerable());
        Assert.Equal(["accuracy at the start", "50.0 %", "50.0 %"], table.Rows[0].AsEnumerable());
        Assert.Equal(["accuracy at the end", "95.0 %", "97.0 %, +2.0 points"], table.Rows[1].AsEnumerable());
        Assert.Equal(["time to 90.0 %", "100 s", "30 s, -70 %"], table.Rows[2].AsEnumerable());
        Assert.Equal(["bytes to 90.0 %", "3.0 MB", "900 KB, -70 %"], table.Rows[3].AsEnumerable());
        Assert.Equal(["memory on a device", "1.5 MB", "129 KB, -91 %"], table.Rows[4].AsEnumerable());
    }

    [Fact]
    public void What_was_not_reached_is_not_compared()
    {
        ComparisonTable table = ComparisonTable.Of([Slow, Run("never", 10, 1, 0.5, 0.95, 0.8, 0.8)]);

        Assert.Equal(["100 s", "not reached"], table.Rows[2].Skip(1));
        Assert.Equal(["3.0 MB", "not reached"], table.Rows[3].Skip(1));
        Assert.Equal(["not reached", "30 s"], ComparisonTable.Of([Run("never", 10, 1, 0.5, 0.95, 0.8, 0.8), Fast]).Rows[2].Skip(1));
    }

    [Fact]
    public void Several_seeds_have_the_median_the_range_and_the_number_that_reached_the_target()
    {
        SimulationResult[] three = [Fast, Run("fast", 40, 129_000, 0.5, 0.9, 0.95, 0.97) with { Seed = 2 }, Run("fast", 20, 129_000, 0.5, 0.9, 0.95, 0.97) with { Seed = 3 }];

        Assert.Equal(["time to 90.0 %", "100 s", "30 s (20 s to 40 s), -70 %"], ComparisonTable.Of([Slow, .. three]).Rows[2].AsEnumerable());
        Assert.Equal(
            ["time to 90.0 %", "100 s", "30 s, in 1 of 2"],
            ComparisonTable.Of([Slow, Fast, Run("fast", 40, 1, 0.5, 0.6, 0.6, 0.6) with { Seed = 2 }]).Rows[2].AsEnumerable());
    }

    [Fact]
    public void Without_a_target_all_bytes_are_compared()
    {
        SimulationResult run = Slow with { Target = null, Totals = Slow.Totals with { BytesUp = 1_000_000, BytesDown = 2_000_000 } };

        ComparisonTable table = ComparisonTable.Of([run, run with { Rule = "half", Totals = run.Totals with { BytesUp = 500_000, BytesDown = 1_000_000 } }]);

        Assert.Equal(["bytes, up and down", "3.0 MB", "1.5 MB, -50 %"], table.Rows[2].AsEnumerable());
        Assert.Equal(4, table.Rows.Length);
    }

    [Fact]
    public void A_stopped_run_is_not_compared()
    {
        ImmutableArray<string> row = ComparisonTable.Of([Slow, Fast with { IsComplete = false }]).Rows[2];

        Assert.Equal(["time to 90.0 %", "100 s", "30 s"], row.AsEnumerable());
    }

    [Fact]
    public void A_run_without_evaluations_has_no_accuracy()
    {
        ComparisonTable table = ComparisonTable.Of([Slow, Fast with { Points = [] }]);

        Assert.Equal(["50.0 %", "-"], table.Rows[0].Skip(1));
    }

    [Fact]
    public void As_Markdown_it_has_a_line_per_row_in_every_culture()
    {
        using var german = new CommaCulture();
        Assert.StartsWith(
            "|  | slow | fast |\n| --- | --- | --- |\n| accuracy at the start | 50.0 % | 50.0 % |\n",
            ComparisonTable.Of([Slow, Fast]).ToMarkdown(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_results_of_one_rule_and_seed_are_refused() => Assert.Throws<ArgumentException>(() => ComparisonTable.Of([Slow, Slow]));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 KB")]
    [InlineData(203_560, "204 KB")]
    [InlineData(999_960, "1.0 MB")]
    [InlineData(12_340_000, "12.3 MB")]
    [InlineData(99_960_000, "100 MB")]
    [InlineData(5_000_000_000_000_000, "5000 TB")]
    public void Bytes_have_the_unit_in_which_they_are_easiest_to_read(double bytes, string text) => Assert.Equal(text, ByteText.Of(bytes));

    private static SimulationResult Run(string rule, double secondsApart, long memory, params double[] accuracies)
    {
        SimulationResult run = SampleResults.Run(rule, secondsApart, accuracies);
        return run with
        {
            Target = 0.9,
            Points = [.. run.Points.Select(point => point with { BytesUp = (long)(10_000 * point.Time.TotalSeconds), BytesDown = (long)(20_000 * point.Time.TotalSeconds) })],
            Totals = new SimulationTotals { PeakDeviceBytes = memory },
        };
    }
}
