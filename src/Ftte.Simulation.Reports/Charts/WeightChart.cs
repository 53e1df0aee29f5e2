using ScottPlot;

namespace Ftte.Simulation.Reports;

/// <summary>How much updates counted, by their age: a mark for the median, a line for the range.</summary>
internal static class WeightChart
{
    private const int MostAges = 40;

    public static void Save(string path, string title, IReadOnlyList<RuleResults> rules)
    {
        var plot = new Plot();
        for (int i = 0; i < rules.Count; i++)
        {
            double shift = (i - ((rules.Count - 1) / 2.0)) * 0.6 / Math.Max(1, rules.Count);
            (double Age, Spread Weight)[] marks = [.. rules[i].Accepted.Where(job => job.Age < MostAges).GroupBy(job => job.Age)
                .OrderBy(group => group.Key).Select(group => (group.Key + shift, Spread.Of(group.Select(job => job.Weight))))];
            foreach ((double age, Spread weight) in marks)
            {
                plot.Add.Line(age, weight.Least, age, weight.Most).Color = ChartStyle.Of(i).WithAlpha(0.5);
            }

            if (marks.Length > 0)
            {
                var points = plot.Add.ScatterPoints(marks.Select(mark => mark.Age).ToArray(), marks.Select(mark => mark.Weight.Median).ToArray(), ChartStyle.Of(i));
                points.MarkerSize = 9;
                points.LegendText = rules[i].Rule;
            }
        }

        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top);
        ChartStyle.Save(plot, path, title, "age in versions", "weight: median and range");
    }
}
