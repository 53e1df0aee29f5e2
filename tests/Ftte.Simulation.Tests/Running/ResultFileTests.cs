using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>Results as files.</summary>
public sealed class ResultFileTests
{
    [Fact]
    public async Task What_is_written_is_read_back_and_the_same_run_writes_the_same_bytes()
    {
        SimulationResult result = await RunAsync(TinyRule(), ToyTask.Devices(30), new SimulationOptions { MaxVersions = 10, Target = 0.1 });
        string written = Write(result);

        SimulationResult read = ResultFile.ReadJsonLines(new StringReader(written));

        Assert.Equal(written, Write(read));
        Assert.Equal(result.Jobs.Select(job => $"{job}"), read.Jobs.Select(job => $"{job}"));
        Assert.Equal(result.Points.Select(point => $"{point}"), read.Points.Select(point => $"{point}"));
        Assert.Equal((result.Rule, result.Seed, result.Duration, result.Totals, result.TimeToTarget), (read.Rule, read.Seed, read.Duration, read.Totals, read.TimeToTarget));
        Assert.Null(read.Model);
        Assert.Equal(written, Write(await RunAsync(TinyRule(), ToyTask.Devices(30), new SimulationOptions { MaxVersions = 10, Target = 0.1, Threads = 1 })));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("{\"point\":{\"ticks\":0,\"version\":0}}")]
    public void Whatever_else_is_refused_with_the_line(string text)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ResultFile.ReadJsonLines(new StringReader(text), "x.jsonl"));

        Assert.StartsWith("x.jsonl, line 1: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_has_a_line_per_evaluation_and_per_job_and_quotes_names_with_commas()
    {
        SimulationResult result = await RunAsync(TinyRule() with { Name = "FTTE, \"all\"" }, ToyTask.Devices(30), new SimulationOptions { MaxVersions = 10 });
        using StringWriter points = new(), jobs = new();

        ResultFile.WritePointsCsv(points, [result]);
        ResultFile.WriteJobsCsv(jobs, [result]);

        string[] lines = points.ToString().TrimEnd().Split('\n');
        Assert.Equal(result.Points.Length + 1, lines.Length);
        Assert.StartsWith("\"FTTE, \"\"all\"\"\",0,0,0,0.09", lines[1], StringComparison.Ordinal);
        Assert.Equal(result.Jobs.Length + 1, jobs.ToString().TrimEnd().Split('\n').Length);
    }

    private static string Write(SimulationResult result)
    {
        using var writer = new StringWriter();
        ResultFile.WriteJsonLines(writer, result);
        return writer.ToString();
    }
}
