using System.Text.Json;

namespace Ftte.Simulation.Tests;

/// <summary>The main figures of runs as JSON.</summary>
public sealed class SummaryJsonTests
{
    private static readonly SimulationResult Reached = SampleResults.Run("FTTE", 20, 0.5, 0.95, 0.96, 0.97) with
    {
        Seed = 3,
        Target = 0.94,
        Totals = new SimulationTotals { Trips = 7, BytesUp = 30, BytesDown = 40, PeakDeviceBytes = 129_000 },
    };

    [Fact]
    public void Every_run_has_the_documented_properties_in_their_order()
    {
        using JsonDocument json = Write([Reached, Reached with { Rule = "FedAvg", Target = null }]);

        Assert.Equal(2, json.RootElement.GetArrayLength());
        Assert.All(json.RootElement.EnumerateArray(), run => Assert.Equal(
            [
                "rule", "seed", "isComplete", "seconds", "versions", "startAccuracy", "accuracy", "target", "secondsToTarget", "bytesUpToTarget", "bytesDownToTarget", "bytesUp",
                "bytesDown", "peakDeviceBytes", "trips",
            ],
            run.EnumerateObject().Select(property => property.Name)));
    }

    [Fact]
    public void The_figures_are_those_of_the_run()
    {
        SimulationResult run = Reached with { Points = [.. Reached.Points.Select(point => point with { BytesUp = 2 * point.Version.Number, BytesDown = 3 * point.Version.Number })] };
        using JsonDocument json = Write([run]);
        JsonElement first = json.RootElement[0];

        Assert.Equal(("FTTE", 3, true), (first.GetProperty("rule").GetString(), first.GetProperty("seed").GetInt32(), first.GetProperty("isComplete").GetBoolean()));
        Assert.Equal((60, 3, 0.5, 0.97), (Number("seconds"), Number("versions"), Number("startAccuracy"), Number("accuracy")));
        Assert.Equal((0.94, 20, 2, 3), (Number("target"), Number("secondsToTarget"), Number("bytesUpToTarget"), Number("bytesDownToTarget")));
        Assert.Equal((30, 40, 129_000, 7), (Number("bytesUp"), Number("bytesDown"), Number("peakDeviceBytes"), Number("trips")));

        double Number(string name) => first.GetProperty(name).GetDouble();
    }

    [Fact]
    public void What_was_not_reached_or_not_measured_is_null()
    {
        using JsonDocument json = Write([Reached with { Target = 0.99 }, Reached with { Points = [] }, SampleResults.Run("NaN", 1, double.NaN)]);

        Assert.All(new[] { "secondsToTarget", "bytesUpToTarget", "bytesDownToTarget" }, name => Assert.Equal(JsonValueKind.Null, json.RootElement[0].GetProperty(name).ValueKind));
        Assert.All(new[] { 1, 2 }, run => Assert.Equal(JsonValueKind.Null, json.RootElement[run].GetProperty("accuracy").ValueKind));
        Assert.Equal(JsonValueKind.Null, json.RootElement[2].GetProperty("target").ValueKind);
    }

    private static JsonDocument Write(IEnumerable<SimulationResult> results)
    {
        using var writer = new StringWriter();
        ResultFile.WriteSummaryJson(writer, results);
        Assert.EndsWith("]\n", writer.ToString(), StringComparison.Ordinal);
        return JsonDocument.Parse(writer.ToString());
    }
}
