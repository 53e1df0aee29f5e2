using System.Collections.Immutable;
using System.Globalization;
using Ftte.Simulation.Reports.Statistics;
using ScottPlot;

namespace Ftte.Simulation.Reports.Charts;

/// <summary>Draws the jobs of devices over time: a row per device, and a bar per job in the color of its outcome.</summary>
internal static class TimelineChart
{
    private const int MaxDevices = 40;
    private const int JobsPerDevice = 4;

    private static readonly (JobOutcome Outcome, string Name, Color Color)[] Outcomes =
    [
        (JobOutcome.Accepted, "accepted", Color.FromHex("#009E73")),
        (JobOutcome.Rejected, "rejected", Color.FromHex("#D55E00")),
        (JobOutcome.Dropped, "dropped by the device", Color.FromHex("#CC79A7")),
        (JobOutcome.Measured, "measured importance", Color.FromHex("#56B4E9")),
        (JobOutcome.Evaluated, "evaluated a version", Color.FromHex("#F0E442")),
        (JobOutcome.Unfinished, "unfinished", Color.FromHex("#AAAAAA")),
    ];

    public static void Save(string path, string title, SimulationResult run, ImmutableArray<SimulatedDevice> devices, TimeUnit unit)
    {
        (Plot plot, string label) = Draw(run, devices, unit);
        ChartStyle.Save(plot, path, title, label, "");
    }

    /// <summary>Draws the bars.</summary>
    /// <returns>The plot, and the label of its axis, which states the shown part of the run.</returns>
    public static (Plot Plot, string Label) Draw(SimulationResult run, ImmutableArray<SimulatedDevice> devices, TimeUnit unit)
    {
        // Show the time in which the first devices have a few jobs each.
        JobRecord[] inTurn = [.. run.Jobs.OrderBy(job => job.Number)];
        int[] all = [.. inTurn.Select(job => job.Device).Distinct()];
        int[] shown = [.. all.Take(MaxDevices).OrderBy(device => devices[device].IsStraggler).ThenBy(device => device)];
        TimeSpan end = inTurn.Length == 0 ? TimeSpan.FromSeconds(1) : inTurn.Take(MaxDevices * JobsPerDevice).Max(job => job.End);
        var plot = new Plot();
        foreach ((JobOutcome outcome, string name, Color color) in Outcomes)
        {
            bool isNamed = false;
            foreach (JobRecord job in inTurn.Where(job => job.Outcome == outcome && job.Start < end && Array.IndexOf(shown, job.Device) >= 0))
            {
                double row = shown.Length - Array.IndexOf(shown, job.Device);
                var bar = plot.Add.Rectangle(unit.Of(job.Start), unit.Of(job.End < end ? job.End : end), row - 0.4, row + 0.4);
                (bar.FillColor, bar.LineColor, bar.LineWidth) = (color, Colors.White, 1);
                bar.LegendText = isNamed ? "" : name;
                isNamed = true;
            }
        }

        AddGroups(plot, shown.Length, shown.Count(device => !devices[device].IsStraggler));
        plot.Axes.SetLimits(0, Math.Max(1e-9, unit.Of(end)), 0.4, shown.Length + 0.6);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { TickDensity = 0.6 };
        string which = all.Length > shown.Length ? $"; the first {shown.Length} of {all.Length} devices that work" : "";
        string part = end < run.Duration ? $"; the first {Text(end)} of {Text(run.Duration)}" : "";
        return (plot, unit.AxisLabel + part + which);

        string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{unit.Of(time):#,0.#} {unit.Symbol}");
    }

    // The names of all rows would be too small to read, so only the groups are labeled.
    private static void AddGroups(Plot plot, int rows, int fast)
    {
        (double Row, string Name)[] groups = [.. new[] { (Row: rows - (fast / 2.0) + 0.5, Name: fast > 0 ? "fast" : ""), (Row: (rows - fast + 1) / 2.0, Name: fast < rows ? "stragglers" : "") }.Where(group => group.Name.Length > 0)];
        plot.Axes.Left.SetTicks([.. groups.Select(group => group.Row)], [.. groups.Select(group => group.Name)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Grid.YAxisStyle.IsVisible = false;
        if (fast > 0 && fast < rows)
        {
            plot.Add.HorizontalLine(rows - fast + 0.5, 1.5f, ChartStyle.Quiet, LinePattern.Dotted);
        }
    }
}
