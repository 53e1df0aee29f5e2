using System.Buffers.Binary;
using Ftte.Simulation.Reports;

namespace Ftte.Simulation.Tests;

/// <summary>The chart of accuracy as a file of its own.</summary>
public sealed class AccuracyChartFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-chart-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "chart.png");

    [Theory]
    [InlineData(100, 3600)]
    [InlineData(1, 20)]
    [InlineData(0, 0)]
    public void The_chart_is_a_PNG_of_1200_x_700_pixels(int points, double seconds)
    {
        SimulationResult run = SampleResults.Run("FTTE", seconds, [.. Enumerable.Repeat(0.8, points)]) with { Target = 0.93, Duration = TimeSpan.FromSeconds(seconds * points) };

        SimulationReport.WriteAccuracyChart(Path, "A title", [run, SampleResults.Run("FedAvg", 1, 0.7, 0.9)]);

        byte[] png = File.ReadAllBytes(Path);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal((1200, 700), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
        Assert.Equal([Path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void The_chart_is_the_same_in_every_culture()
    {
        SimulationResult run = SampleResults.Run("FTTE", 1000, 0.8, 0.812, 0.9) with { Target = 0.9345 };
        SimulationReport.WriteAccuracyChart(Path, "A title", [run]);
        byte[] expected = File.ReadAllBytes(Path);

        using (new CommaCulture())
        {
            SimulationReport.WriteAccuracyChart(Path, "A title", [run]);
        }

        Assert.Equal(expected, File.ReadAllBytes(Path));
    }

    [Fact]
    public void Without_results_or_with_two_of_one_rule_and_seed_nothing_is_written()
    {
        SimulationResult run = SampleResults.Run("FTTE", 1, 0.8);

        Assert.Throws<ArgumentException>("results", () => SimulationReport.WriteAccuracyChart(Path, "A title", []));
        Assert.Throws<ArgumentException>("results", () => SimulationReport.WriteAccuracyChart(Path, "A title", [run, run]));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named() =>
        Assert.Contains(_folder, Assert.ThrowsAny<Exception>(() => SimulationReport.WriteAccuracyChart(_folder, "A title", [SampleResults.Run("FTTE", 1, 0.8)])).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
