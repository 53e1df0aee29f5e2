using Ftte.Charts;
using ScottPlot;

namespace Ftte.Samples.Shared;

/// <summary>Draws the memory in use over one pass, forward and backward, by use, with the peak and the budget.</summary>
internal static class MemoryChart
{
    private const int MaxTicks = 9;
    private const double Headroom = 1.16; // for the labels
    private static readonly Color Quiet = Color.FromHex("#777777");

    /// <summary>Draws the chart, without a title and without axis labels.</summary>
    /// <param name="areas">The memory by use.</param>
    /// <param name="groups">The names below the chart.</param>
    /// <param name="peak">The moment of peak memory.</param>
    /// <param name="neededBytes">The total memory; at least the peak.</param>
    /// <param name="budgetBytes">The budget.</param>
    /// <param name="width">The width of the chart, in pixels.</param>
    public static Plot Draw(MemoryAreas areas, List<StepGroup> groups, Peak peak, long neededBytes, long budgetBytes, int width)
    {
        var plot = new Plot();
        double top = Math.Max(AddAreas(plot, areas), neededBytes);
        bool showsBudget = budgetBytes < 2 * top;
        top = showsBudget ? Math.Max(top, budgetBytes) : top;
        var marks = new ChartMarks(plot, areas, top, width);
        marks.AddPasses();
        marks.AddPeak(peak, showsBudget ? budgetBytes : null);
        plot.Axes.SetLimits(0, areas.Moments, 0, Headroom * top);
        SetTicks(plot, AxisNames.Of(groups, areas, width), Headroom * top);
        plot.Font.Set(ChartFont.Name);
        LegendRows.AddTo(plot, width, 16, ChartFont.Name);
        return plot;
    }

    private static double AddAreas(Plot plot, MemoryAreas areas)
    {
        double[] edges = [.. Enumerable.Range(0, areas.Moments).SelectMany(moment => new double[] { moment, moment + 1 })];
        double[] below = new double[areas.Moments];
        foreach (MemoryArea use in areas.Areas)
        {
            double[] above = [.. below.Zip(use.BytesAt, (a, b) => a + b)];
            var area = plot.Add.FillY(edges, Stairs(below), Stairs(above));
            area.FillColor = ColorOf(use.Use);
            area.LineWidth = 0;
            area.MarkerSize = 0;
            area.LegendText = use.Name;
            below = above;
        }

        return below.Max();
    }

    private static double[] Stairs(double[] values) => [.. values.SelectMany(value => new[] { value, value })];

    private static Color ColorOf(MemoryUse use) => Color.FromHex(use switch
    {
        MemoryUse.Received => "#C9CED6",
        MemoryUse.Trained => "#7A8CA5",
        MemoryUse.Features => "#A08CC0",
        MemoryUse.Resident => "#4B5D78",
        MemoryUse.Saved => "#F2A541",
        MemoryUse.Gradient => "#D1495B",
        _ => "#2E9CA6",
    });

    private static void SetTicks(Plot plot, IEnumerable<(double First, double Last, string Name)> groups, double top)
    {
        double distance = 64;
        while (top / distance > MaxTicks)
        {
            distance *= 2;
        }

        double[] bytes = [.. Enumerable.Range(0, (int)(top / distance) + 1).Select(i => i * distance)];
        plot.Axes.Left.SetTicks(bytes, [.. bytes.Select(amount => amount > 0 ? ByteSize.ToText(amount) : "0")]);
        plot.Axes.Left.TickLabelStyle.FontSize = 16;
        var names = new ScottPlot.TickGenerators.NumericManual();
        foreach ((double first, double last, string name) in groups)
        {
            names.AddMajor((first + last) / 2, name);
            names.AddMinor(first);
        }

        plot.Axes.Bottom.TickGenerator = names;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.MinorTickStyle.Length = 7;
        plot.Axes.Right.MinimumSize = 30;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.HideGrid();
        foreach (double line in bytes.Skip(1))
        {
            plot.Add.HorizontalLine(line, 0.7f, Quiet.WithAlpha(0.4));
        }
    }
}
