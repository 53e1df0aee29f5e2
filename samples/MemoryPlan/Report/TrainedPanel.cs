using System.Collections.Immutable;
using Ftte.Charts;
using Ftte.Samples.Shared;
using MemoryPlan.Planning;
using ScottPlot;

namespace MemoryPlan.Report;

/// <summary>Draws the trained part of each layer as bars, the first layer at the top.</summary>
internal static class TrainedPanel
{
    private const double Thickness = 0.72;
    private const int MinRows = 12; // below this number, layers are not grouped into blocks
    private const double End = 1.13; // space for the shares next to the bars
    private static readonly Color Ink = Color.FromHex("#222222");
    private static readonly Color Empty = Color.FromHex("#ECEEF1");

    public static Plot Draw(string selector, DevicePlan plan, int width)
    {
        ImmutableArray<TrainedBar> bars = TrainedBar.Of(PlannedLayer.Of(plan));
        var plot = new Plot();
        for (int i = 0; i < bars.Length; i++)
        {
            AddBar(plot, bars[i], -i);
        }

        double[] rows = [.. bars.Select((_, i) => (double)-i)];
        plot.Axes.Left.SetTicks(rows, [.. bars.Select(bar => bar.Name)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Left.TickLabelStyle.FontSize = 14;
        plot.Axes.Left.FrameLineStyle.Width = 0;
        plot.Axes.Bottom.SetTicks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"]);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.SetLimits(0, End, 0.4 - Math.Max(bars.Length, MinRows), 0.6);
        plot.HideGrid();
        plot.Title($"{Units.Percent(plan.TrainedShare)} of the parameters trained ({selector})", 22);
        plot.XLabel("trained share of the layer's parameters", 17);
        plot.Font.Set(ChartFont.Name);
        AddLegend(plot, bars, width);
        return plot;
    }

    private static void AddBar(Plot plot, TrainedBar bar, double row)
    {
        Add(plot, row, 0, 1, Empty);
        double start = 0;
        foreach ((LayerKind kind, double share) in bar.Parts.Where(part => part.Share > 0))
        {
            Add(plot, row, start, start + share, ColorOf(kind));
            start += share;
        }

        if (start > 0)
        {
            var text = plot.Add.Text(start < 0.995 ? start < 0.005 ? "< 1 %" : $"{100 * start:0} %" : "all", 1.015, row);
            text.LabelFontName = ChartFont.Name;
            text.LabelFontSize = 14;
            text.LabelFontColor = Ink;
            text.LabelAlignment = Alignment.MiddleLeft;
        }
    }

    private static void Add(Plot plot, double row, double from, double to, Color color) => plot.Add.Bar(new Bar
    {
        Position = row,
        ValueBase = from,
        Value = to,
        FillColor = color,
        LineWidth = 0,
        Size = Thickness,
        Orientation = Orientation.Horizontal,
    });

    private static void AddLegend(Plot plot, ImmutableArray<TrainedBar> bars, int width)
    {
        foreach (LayerKind kind in bars.SelectMany(bar => bar.Parts).Select(part => part.Kind).Distinct().Order())
        {
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = NameOf(kind), FillColor = ColorOf(kind), LineWidth = 0 });
        }

        LegendRows.AddTo(plot, width, 16, ChartFont.Name);
    }

    private static string NameOf(LayerKind kind) => kind switch
    {
        LayerKind.Convolution => "convolution",
        LayerKind.Depthwise => "depthwise",
        LayerKind.Linear => "linear",
        _ => "normalization",
    };

    // Different from the colors of the memory panel.
    private static Color ColorOf(LayerKind kind) => Color.FromHex(kind switch
    {
        LayerKind.Convolution => "#3B6FB6",
        LayerKind.Depthwise => "#8FB8E8",
        LayerKind.Linear => "#4C9A5B",
        _ => "#A86FB5",
    });
}
