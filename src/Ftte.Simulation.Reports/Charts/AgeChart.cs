using ScottPlot;

namespace Ftte.Simulation.Reports;

/// <summary>How old updates were when they were folded in: the share of each age, rule by rule.</summary>
internal static class AgeChart
{
    private const int MostAges = 25;

    /// <summary>Counts the share of each age from 0; whatever is older goes with the last.</summary>
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

    public static void Save(string path, string title, IReadOnlyList<RuleResults> rules)
    {
        var plot = new Plot();
        long oldest = rules.SelectMany(rule => rule.Accepted).Select(job => job.Age).DefaultIfEmpty().Max();
        int ages = (int)Math.Min(oldest, MostAges - 1) + 1;
        double width = 0.8 / Math.Max(1, rules.Count);
        for (int i = 0; i < rules.Count; i++)
        {
            double[] shares = Shares(rules[i], ages);
            double offset = -0.4 + ((i + 0.5) * width);
            var bars = plot.Add.Bars([.. Enumerable.Range(0, ages).Select(age => age + offset)], [.. shares.Select(share => 100 * share)]);
            foreach (Bar bar in bars.Bars)
            {
                (bar.Size, bar.FillColor, bar.LineWidth) = (width, ChartStyle.Of(i), 0);
            }

            bars.LegendText = rules[i].Rule;
        }

        plot.Axes.Margins(bottom: 0);
        string last = oldest >= MostAges ? $" ({MostAges - 1}: or more)" : "";
        ChartStyle.Save(plot, path, title, $"age in versions{last}", "share of the updates that count (%)");
    }
}
