using ScottPlot;
using TrainOnDevice.Training;

namespace TrainOnDevice.Report;

/// <summary>Draws how well the weights did after every epoch.</summary>
internal static class LearningCurve
{
    private const int Width = 1200;
    private const int Height = 700;

    /// <summary>Draws accuracy, or loss for a network without classes, and writes it as PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">What was trained.</param>
    /// <param name="curve">What each epoch came to.</param>
    public static void Save(string path, string title, IReadOnlyList<EpochResult> curve)
    {
        bool hasAccuracy = curve.All(e => e.Accuracy is not null);
        double[] epochs = [.. curve.Select(e => (double)e.Epoch)];
        double[] values = [.. curve.Select(e => hasAccuracy ? 100 * e.Accuracy!.Value : e.Loss)];
        var plot = new Plot();
        var line = plot.Add.Scatter(epochs, values);
        line.LineWidth = 3;
        line.MarkerSize = 7;
        line.Color = Color.FromHex("#0B6E4F");
        plot.Title(curve.Count == 0 ? title : $"{title}: {values[^1]:0.0}{(hasAccuracy ? " %" : "")} after {epochs[^1]:0} epochs", 22);
        plot.XLabel("Epochs", 18);
        plot.YLabel(hasAccuracy ? "Accuracy on held-out examples, %" : "Loss on held-out examples", 18);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.SavePng(path, Width, Height);
    }
}
