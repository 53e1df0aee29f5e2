using System.Globalization;
using Ftte.Charts;
using ScottPlot;

namespace Ftte.Simulation.Reports.Charts;

/// <summary>Draws the accuracy of every device with two models, sorted by the first one: a panel per group, and a line from the first to the second accuracy of each device.</summary>
internal static class BeforeAfterChart
{
    private const int PanelHeight = 420, PanelsPerRow = 2;
    private const float LegendSize = 15;
    private static readonly Color Raised = ChartStyle.Of(1), Lowered = ChartStyle.Of(0);

    public static void Save(string path, string title, string before, string after, IReadOnlyList<DeviceAccuracy> devices)
    {
        (string Group, DeviceAccuracy[] Devices)[] groups = [.. devices.GroupBy(device => device.Group).Select(group => (group.Key, group.OrderBy(device => device.Before).ToArray()))];
        int columns = Math.Min(PanelsPerRow, groups.Length), rows = (groups.Length + columns - 1) / columns;
        double lowest = devices.Min(device => Math.Min(device.Before, device.After));
        var multiplot = new Multiplot();
        multiplot.AddPlots(groups.Length);
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Grid(rows, columns);
        for (int i = 0; i < groups.Length; i++)
        {
            Plot plot = multiplot.GetPlot(i);
            Draw(plot, before, after, groups[i].Devices, lowest);
            plot.Title(i == 0 && groups.Length == 1 ? title : groups[i].Group, 18);
            plot.YLabel(i % columns == 0 ? "accuracy" : "", 16);
            plot.XLabel(i / columns == rows - 1 ? ShortLabel(title) : "", 15);
            plot.Font.Set(ChartStyle.FontName);
            LegendRows.AddTo(plot, ChartStyle.Width / columns, LegendSize, ChartStyle.FontName);
        }

        AtomicFile.WriteAllBytes(path, multiplot.Render(ChartStyle.Width, rows * PanelHeight).GetImageBytes(ImageFormat.Png));

        string ShortLabel(string text) => groups.Length == 1 ? "" : text;
    }

    /// <summary>Draws one group. The accuracy axis starts below a given value, so that panels can be compared.</summary>
    public static void Draw(Plot plot, string before, string after, IReadOnlyList<DeviceAccuracy> sorted, double lowest)
    {
        for (int i = 0; i < sorted.Count; i++)
        {
            var change = plot.Add.Line(i, 100 * sorted[i].Before, i, 100 * sorted[i].After);
            (change.Color, change.LineWidth) = (sorted[i].After < sorted[i].Before ? Lowered : Raised, 2.5f);
        }

        AddMarkers(before, device => device.Before, ChartStyle.Quiet, MarkerShape.OpenCircle, _ => true);
        AddMarkers($"{after}, higher or equal", device => device.After, Raised, MarkerShape.FilledCircle, device => device.After >= device.Before);
        AddMarkers($"{after}, lower", device => device.After, Lowered, MarkerShape.FilledCircle, device => device.After < device.Before);
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, sorted.Count).Select(i => (double)i)], [.. sorted.Select(device => device.Device)]);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 12;
        plot.Axes.SetLimits(-0.7, sorted.Count - 0.3, Math.Max(0, Math.Floor(20 * lowest) * 5), 101);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            LabelFormatter = percent => percent > 100 ? "" : string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} %"),
        };

        void AddMarkers(string name, Func<DeviceAccuracy, double> of, Color color, MarkerShape shape, Func<DeviceAccuracy, bool> isIn)
        {
            int[] own = [.. Enumerable.Range(0, sorted.Count).Where(i => isIn(sorted[i]))];
            if (own.Length > 0)
            {
                var markers = plot.Add.ScatterPoints(Array.ConvertAll(own, i => (double)i), Array.ConvertAll(own, i => 100 * of(sorted[i])), color);
                (markers.MarkerShape, markers.MarkerSize, markers.LegendText) = (shape, 9, name);
                markers.MarkerLineWidth = 2;
            }
        }
    }
}
