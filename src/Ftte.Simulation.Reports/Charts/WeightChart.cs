using Ftte.Simulation.Reports.Statistics;
using ScottPlot;

namespace Ftte.Simulation.Reports.Charts;

/// <summary>Draws the weights of accepted updates by age: a mark for the median, and a line for the range.</summary>
internal static class WeightChart
{
    private const int MaxAges = 40;

    public static void Save(string path, string title, IReadOnlyList<RuleResults> rules) =>
        ChartStyle.Save(Draw(rules), path, title, "age in versions", "weight: median and range");

    /// <summary>Draws the marks and the ranges; older updates count toward the last age.</summary>
    public static Plot Draw(IReadOnlyList<RuleResults> rules)
    {
        var plot = new Plot();
        long oldest = rules.SelectMany(rule => rule.Accepted).Select(job => job.Age).DefaultIfEmpty().Max();
        int last = (int)Math.Min(oldest, MaxAges - 1);
        double highest = 0;
        for (int i = 0; i < rules.Count; i++)
        {
            double shift = (i - ((rules.Count - 1) / 2.0)) * 0.6 / Math.Max(1, rules.Count);
            (double Age, Spread Weight)[] marks = [.. rules[i].Accepted.GroupBy(job => Math.Min(job.Age, last))
                .OrderBy(group => group.Key).Select(group => (group.Key + shift, Spread.Of(group.Select(job => job.Weight)))).Where(mark => !double.IsNaN(mark.Item2.Median))];
            foreach ((double age, Spread weight) in marks)
            {
                var range = plot.Add.Line(age, weight.Min, age, weight.Max);
                (range.Color, range.LineWidth) = (ChartStyle.Of(i).WithAlpha(0.5), 2);
                highest = Math.Max(highest, weight.Max);
            }

            if (marks.Length > 0)
            {
                var points = plot.Add.ScatterPoints(marks.Select(mark => mark.Age).ToArray(), marks.Select(mark => mark.Weight.Median).ToArray(), ChartStyle.Of(i));
                points.MarkerSize = 9;
                points.LegendText = rules[i].Rule;
            }
            else
            {
                plot.Legend.ManualItems.Add(new LegendItem { LabelText = $"{rules[i].Rule} (no accepted update)", MarkerFillColor = ChartStyle.Of(i), MarkerShape = MarkerShape.FilledCircle, MarkerSize = 9 });
            }
        }

        plot.Axes.SetLimitsY(0, highest > 0 ? 1.08 * highest : 1);
        ChartStyle.SetAges(plot, last, hasOlder: oldest >= MaxAges);
        return plot;
    }
}
