using System.Buffers.Binary;
using Ftte.Simulation.Reports;
using Ftte.Simulation.Reports.Charts;
using ScottPlot;

namespace Ftte.Simulation.Tests;

/// <summary>The chart of the accuracy of devices before and after a change of the model.</summary>
public sealed class BeforeAfterChartTests : IDisposable
{
    private static readonly DeviceAccuracy[] Devices = [new("watch", "2", 0.9, 0.95), new("watch", "1", 0.6, 0.9), new("watch", "3", 0.92, 0.91), new("phone", "1", 0.8, 0.8)];

    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-chart-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "chart.png");

    [Theory]
    [InlineData(1, 1200, 420)]
    [InlineData(4, 1200, 420)]
    public void The_chart_is_a_PNG_with_a_panel_for_each_group(int count, int width, int height)
    {
        SimulationReport.WriteBeforeAfterChart(Path, "person", "shared", "personal", Devices.Take(count));

        byte[] png = File.ReadAllBytes(Path);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal((width, height), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
    }

    [Fact]
    public void Devices_that_became_worse_have_markers_of_their_own()
    {
        var plot = new Plot();
        BeforeAfterChart.Draw(plot, "shared", "personal", Devices[..3], lowest: 0.6);

        var markers = plot.GetPlottables<ScottPlot.Plottables.Scatter>().ToDictionary(scatter => scatter.LegendText, scatter => scatter.Data.GetScatterPoints());
        Assert.Equal([90, 60, 92], markers["shared"].Select(point => point.Y));
        Assert.Equal([95, 90], markers["personal, higher or equal"].Select(point => point.Y));
        Assert.Equal([new Coordinates(2, 91)], markers["personal, lower"]);
        Assert.Equal(3, plot.GetPlottables<ScottPlot.Plottables.LinePlot>().Count());
    }

    [Fact]
    public void The_chart_is_the_same_in_every_culture()
    {
        SimulationReport.WriteBeforeAfterChart(Path, "person", "shared", "personal", Devices);
        byte[] expected = File.ReadAllBytes(Path);
        using (new CommaCulture())
        {
            SimulationReport.WriteBeforeAfterChart(Path, "person", "shared", "personal", Devices);
        }

        Assert.Equal(expected, File.ReadAllBytes(Path));
    }

    [Fact]
    public void Without_accuracies_or_with_one_out_of_range_nothing_is_written()
    {
        Assert.Throws<ArgumentException>("devices", () => SimulationReport.WriteBeforeAfterChart(Path, "person", "a", "b", []));
        Assert.Throws<ArgumentException>("devices", () => SimulationReport.WriteBeforeAfterChart(Path, "person", "a", "b", [new("watch", "1", 0.5, 1.1)]));
        Assert.Throws<ArgumentException>("devices", () => SimulationReport.WriteBeforeAfterChart(Path, "person", "a", "b", [new("watch", "1", double.NaN, 0.5)]));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
