using Ftte.Simulation.Reports.Statistics;
using ScottPlot;

namespace Ftte.Simulation.Reports.Charts;

/// <summary>Draws the staleness of accepted updates: the share of each age, for each rule.</summary>
internal static class AgeChart
{
    private const int MaxAges = 25;

    /// <summary>Counts the share of each age from 0; older updates count toward the last.</summary>
    public static double[] Shares(RuleResults rule, int ages)
    {
        double[] counts = new double[ages];
        foreach (JobRecord job in rule.Accepted)
        {
            counts[Math.Min(job.Age, ages - 1)]++;
        }

        double all = counts.Sum();
        return [.. counts.Select(count => all > 0 ? count / all : 0)];
    }

    public static void Save(string path, string title, IReadOnlyList<RuleResults> rules) =>
        ChartStyle.Save(Draw(rules), path, title, "age in versions", "share of the accepted updates (%)");

    /// <summary>Draws the bars.</summary>
    public static Plot Draw(IReadOnlyList<RuleResults> rules)
    {
        var plot = new Plot();
        long oldest = rules.SelectMany(rule => rule.Accepted).Select(job => job.Age).DefaultIfEmpty().Max();
        int ages = (int)Math.Min(oldest, MaxAges - 1) + 1;
        double width = 0.8 / Math.Max(1, rules.Count), highest = 0;
        for (int i = 0; i < rules.Count; i++)
        {
            double[] shares = Shares(rules[i], ages);
            double offset = -0.4 + ((i + 0.5) * width);
            var bars = plot.Add.Bars([.. Enumerable.Range(0, ages).Select(age => age + offset)], [.. shares.Select(share => 100 * share)]);
            foreach (Bar bar in bars.Bars)
            {
                (bar.Size, bar.FillColor, bar.LineWidth) = (width, ChartStyle.Of(i), 0);
            }

            bars.LegendText = rules[i].Accepted.Any() ? rules[i].Rule : $"{rules[i].Rule} (no accepted update)";
            highest = Math.Max(highest, shares.Max());
        }

        plot.Axes.SetLimitsY(0, highest > 0 ? 105 * highest : 100);
        ChartStyle.SetAges(plot, ages - 1, hasOlder: oldest >= MaxAges);
        return plot;
    }
}
