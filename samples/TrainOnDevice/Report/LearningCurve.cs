using System.Globalization;
using Ftte.Samples.Shared;
using ScottPlot;
using TrainOnDevice.Training;

namespace TrainOnDevice.Report;

/// <summary>Draws the quality of the weights after every epoch.</summary>
internal static class LearningCurve
{
    private const int Width = 1200;
    private const int Height = 700;
    private const int MaxTicks = 20;

    /// <summary>Draws accuracy, or loss for a network without classes, and writes it as PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">The title.</param>
    /// <param name="curve">The result of each epoch.</param>
    /// <param name="isComplete">True if training was completed.</param>
    public static void Save(string path, string title, IReadOnlyList<EpochResult> curve, bool isComplete = true)
    {
        bool hasAccuracy = curve.All(e => e.Accuracy is not null);
        double[] epochs = [.. curve.Select(e => (double)e.Epoch)];
        double[] values = [.. curve.Select(e => hasAccuracy ? 100 * e.Accuracy!.Value : e.Loss)];
        var plot = new Plot();
        var line = plot.Add.Scatter(epochs, values);
        line.LineWidth = 3;
        line.MarkerSize = 7;
        line.Color = Color.FromHex("#0B6E4F");
        string end = curve.Count == 0 ? "no epoch was completed" : string.Create(CultureInfo.InvariantCulture, $"{values[^1]:0.0###}{(hasAccuracy ? " %" : "")} after {epochs[^1]:0} {(curve.Count == 1 ? "epoch" : "epochs")}");
        string heading = $"{title}: {end}{(isComplete ? "" : " (stopped)")}";
        plot.Title(heading, ChartFile.FitTitle(heading, Width));
        int last = Math.Max(1, curve.Count), every = 1 + (last / MaxTicks);
        double[] ticks = [.. Enumerable.Range(0, (last / every) + 1).Select(i => (double)(i * every))];
        plot.Axes.SetLimitsX(0, last + (0.02 * last));
        plot.Axes.Bottom.SetTicks(ticks, [.. ticks.Select(tick => tick.ToString(CultureInfo.InvariantCulture))]);
        plot.XLabel("epochs", 18);
        plot.YLabel(hasAccuracy ? "accuracy on held-out examples (%)" : "loss on held-out examples", 18);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.MinimumSize = 95;
        plot.Axes.Left.Label.OffsetX = 8;
        plot.Font.Set(ChartFont.Name);
        ChartFile.Save(plot, path, Width, Height);
    }
}
