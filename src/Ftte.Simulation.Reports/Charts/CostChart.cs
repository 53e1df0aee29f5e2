using ScottPlot;

namespace Ftte.Simulation.Reports;

/// <summary>What training cost, rule by rule, next to each other: one panel per cost, a bar for the median, a line for the range over seeds.</summary>
internal static class CostChart
{
    public static void Save(string path, string title, IReadOnlyList<RuleResults> rules)
    {
        (string Name, Func<SimulationResult, double> Measure)[] costs =
        [
            ("memory on a device (KiB)", run => run.Totals.PeakDeviceBytes / 1024.0),
            ("payload of a trip (KiB)", run => run.Totals.Trips == 0 ? 0 : (run.Totals.BytesUp + run.Totals.BytesDown) / 1024.0 / run.Totals.Trips),
            ("computing of a trip (million multiply-adds)", run => run.Jobs.Where(job => job.Fate == JobFate.Accepted).Select(job => job.MultiplyAdds / 1e6).DefaultIfEmpty().Average()),
        ];
        var multiplot = new Multiplot();
        multiplot.AddPlots(costs.Length);
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Columns();
        for (int cost = 0; cost < costs.Length; cost++)
        {
            Plot plot = multiplot.GetPlot(cost);
            Spread[] spreads = [.. rules.Select(rule => rule.Of(costs[cost].Measure))];
            for (int i = 0; i < rules.Count; i++)
            {
                Bar bar = new() { Position = i, Value = spreads[i].Median, Error = (spreads[i].Most - spreads[i].Least) / 2, FillColor = ChartStyle.Of(i), LineWidth = 0, Label = $"{spreads[i].Median:N0}" };
                var added = plot.Add.Bar(bar);
                added.ValueLabelStyle.FontSize = 15;
            }

            plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, rules.Count).Select(i => (double)i)], [.. rules.Select(rule => rule.Rule)]);
            plot.Axes.Bottom.TickLabelStyle.Rotation = 35;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
            plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
            plot.Axes.Bottom.MinimumSize = 150;
            plot.Axes.Right.MinimumSize = 40;
            plot.Axes.SetLimitsY(0, Math.Max(1e-9, 1.12 * spreads.Select(spread => double.IsNaN(spread.Most) ? 0 : spread.Most).DefaultIfEmpty().Max()));
            plot.Title(cost == 0 ? $"{title}: {costs[cost].Name}" : costs[cost].Name, 17);
        }

        multiplot.SavePng(path, ChartStyle.Width + 300, ChartStyle.Height - 100);
    }
}
