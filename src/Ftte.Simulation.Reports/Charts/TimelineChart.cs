using System.Collections.Immutable;
using ScottPlot;

namespace Ftte.Simulation.Reports;

/// <summary>What devices did when: a row per device, a bar per job, coloured by what became of it.</summary>
internal static class TimelineChart
{
    private const int MostDevices = 40;
    private const int JobsPerDevice = 4;

    private static readonly (JobFate Fate, string Name, Color Color)[] Fates =
    [
        (JobFate.Accepted, "counts", Color.FromHex("#009E73")),
        (JobFate.Rejected, "rejected", Color.FromHex("#D55E00")),
        (JobFate.Dropped, "given up", Color.FromHex("#CC79A7")),
        (JobFate.Measured, "measured importance", Color.FromHex("#56B4E9")),
        (JobFate.Unfinished, "unfinished", Color.FromHex("#AAAAAA")),
    ];

    public static void Save(string path, string title, SimulationResult run, ImmutableArray<SimulatedDevice> devices)
    {
        // The time in which the devices that work first have a few jobs each.
        JobRecord[] inTurn = [.. run.Jobs.OrderBy(job => job.Number)];
        int[] shown = [.. inTurn.Select(job => job.Device).Distinct().Take(MostDevices).OrderBy(device => devices[device].IsStraggler).ThenBy(device => device)];
        TimeSpan end = inTurn.Length == 0 ? TimeSpan.FromSeconds(1) : inTurn.Take(MostDevices * JobsPerDevice).Max(job => job.End);
        (double unit, string unitName) = ChartStyle.Unit(end);
        var plot = new Plot();
        foreach ((JobFate fate, string name, Color color) in Fates)
        {
            bool isNamed = false;
            foreach (JobRecord job in inTurn.Where(job => job.Fate == fate && job.Start < end && Array.IndexOf(shown, job.Device) >= 0))
            {
                double row = shown.Length - Array.IndexOf(shown, job.Device);
                var bar = plot.Add.Rectangle(job.Start.TotalSeconds / unit, Math.Min(job.End.TotalSeconds, end.TotalSeconds) / unit, row - 0.4, row + 0.4);
                (bar.FillColor, bar.LineColor, bar.LineWidth) = (color, Colors.White, 1);
                bar.LegendText = isNamed ? "" : name;
                isNamed = true;
            }
        }

        // So many rows would need names too small to read: only where stragglers begin is said.
        int fast = shown.Count(device => !devices[device].IsStraggler);
        plot.Axes.Left.SetTicks(
            [shown.Length - (fast / 2.0) + 0.5, (shown.Length - fast + 1) / 2.0], [fast > 0 ? "fast devices" : "", fast < shown.Length ? "stragglers" : ""]);
        plot.Axes.Left.TickLabelStyle.Rotation = -90;
        plot.Axes.Left.TickLabelStyle.Alignment = Alignment.LowerCenter;
        if (fast > 0 && fast < shown.Length)
        {
            plot.Add.HorizontalLine(shown.Length - fast + 0.5, 1.5f, ChartStyle.Quiet, LinePattern.Dotted);
        }

        plot.Axes.SetLimits(0, Math.Max(1e-9, end.TotalSeconds / unit), 0.4, shown.Length + 0.6);
        ChartStyle.Save(plot, path, title, $"virtual time ({unitName})", "");
    }
}
