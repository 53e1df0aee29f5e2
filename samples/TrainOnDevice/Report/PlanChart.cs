using ScottPlot;
using SkiaSharp;
using TrainOnDevice.Planning;

namespace TrainOnDevice.Report;

/// <summary>Draws the memory in use over one pass, forward and back: what for, where the peak is, and how far the budget.</summary>
internal static class PlanChart
{
    private const int Width = 1400;
    private const int Height = 800;
    private const int MostTicks = 9;
    private const double Headroom = 1.16; // for the words above
    private static readonly string[] PlainFonts = ["Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "Noto Sans", "DejaVu Sans"];
    private static readonly Color Quiet = Color.FromHex("#777777");

    /// <summary>Draws a plan and writes it as PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The network's name.</param>
    /// <param name="training">The plan and its budget.</param>
    public static void Save(string path, string model, FittedTraining training)
    {
        var plan = training.Plan;
        var layers = MemoryLayers.Of(plan);
        string font = PlainFonts.Intersect(SKFontManager.Default.FontFamilies, StringComparer.OrdinalIgnoreCase).FirstOrDefault() ?? Fonts.Sans;
        var plot = new Plot();
        double top = Math.Max(AddAreas(plot, layers), plan.PeakBytes);
        bool showsBudget = training.BudgetBytes < 2 * top;
        top = showsBudget ? Math.Max(top, training.BudgetBytes) : top;
        var marks = new ChartMarks(plot, layers, top, font);
        marks.AddPasses();
        marks.AddPeak(Peak.Of(plan), showsBudget ? training.BudgetBytes : null);
        plot.Axes.SetLimits(0, layers.Moments, 0, Headroom * top);
        SetTicks(plot, layers, StepGroup.Of(plan), Headroom * top);

        plot.Title($"{model} trained in {ByteSize.ToText(plan.PeakBytes)} (all of it, without a plan, would take {ByteSize.ToText(plan.EagerBytes)})", 23);
        string what = training.TrainedParameters == plan.Network.Trainable.Count
            ? $"all {training.TrainedParameters:N0}"
            : $"{training.TrainedParameters:N0} of {plan.Network.Trainable.Count:N0}";
        string micro = plan.MicroBatchSize < plan.BatchSize ? $"{plan.MicroBatchSize} of {plan.BatchSize} examples" : $"{plan.BatchSize} examples";
        plot.XLabel($"one pass of {micro} through the layers and back; {what} parameters are trained", 17);
        plot.Font.Set(font);
        plot.Legend.FontSize = 16;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.TightHorizontalWrapping = true;
        plot.ShowLegend(Edge.Bottom);
        plot.SavePng(path, Width, Height);
    }

    private static double AddAreas(Plot plot, MemoryLayers layers)
    {
        double[] edges = [.. Enumerable.Range(0, layers.Moments).SelectMany(moment => new double[] { moment, moment + 1 })];
        double[] below = new double[layers.Moments];
        foreach (MemoryLayer layer in layers.Layers)
        {
            double[] above = [.. below.Zip(layer.BytesAt, (a, b) => a + b)];
            var area = plot.Add.FillY(edges, Stairs(below), Stairs(above));
            area.FillColor = ColorOf(layer.Use);
            area.LineWidth = 0;
            area.MarkerSize = 0;
            area.LegendText = layer.Name;
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

    private static void SetTicks(Plot plot, MemoryLayers layers, List<StepGroup> groups, double top)
    {
        double distance = 64;
        while (top / distance > MostTicks)
        {
            distance *= 2;
        }

        double[] bytes = [.. Enumerable.Range(0, (int)(top / distance) + 1).Select(i => i * distance)];
        plot.Axes.Left.SetTicks(bytes, [.. bytes.Select(amount => amount > 0 ? ByteSize.ToText(amount) : "0")]);
        plot.Axes.Left.TickLabelStyle.FontSize = 16;
        var names = new ScottPlot.TickGenerators.NumericManual();
        foreach ((double first, double last, string name) in AxisNames.Of(groups, layers))
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
