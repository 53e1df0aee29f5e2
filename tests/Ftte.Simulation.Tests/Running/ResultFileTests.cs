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
    [InlineData("Time", SimulationEnding.MaxTimeReached)]
    [InlineData("Versions", SimulationEnding.MaxVersionsReached)]
    [InlineData("Trips", SimulationEnding.MaxTripsReached)]
    [InlineData("Target", SimulationEnding.TargetReached)]
    [InlineData("Nobody", SimulationEnding.NoEligibleDevice)]
    [InlineData("BufferCannotFill", SimulationEnding.BufferCannotFill)]
    public void An_ending_has_the_same_name_in_files_as_in_earlier_versions(string name, SimulationEnding ending)
    {
        string written = Write(Small() with { Ending = ending });

        Assert.Contains($"\"ending\":\"{name}\"", written, StringComparison.Ordinal);
        Assert.Equal(ending, ResultFile.ReadJsonLines(new StringReader(written)).Ending);
    }

    [Fact]
    public async Task A_name_too_long_to_be_read_back_is_refused_before_anything_is_written()
    {
        SimulationResult result = await RunAsync(TinyRule(), ToyTask.Devices(30), new SimulationOptions { MaxVersions = 1 });
        var writer = new StringWriter();
        Assert.Throws<ArgumentException>("result", () => ResultFile.WriteJsonLines(writer, result with { Rule = new string('x', 70_000) }));
        Assert.Empty(writer.ToString());
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
    public void The_order_within_lines_stays_and_what_was_not_measured_is_left_out()
    {
        string[] lines = Write(Small()).Split('\n');

        Assert.Equal(
            "{\"run\":{\"rule\":\"a\",\"seed\":7,\"isComplete\":true,\"ticks\":30,\"target\":0.5,\"totals\":{\"trips\":2,\"accepted\":1,\"rejected\":0,\"dropped\":0,\"unfinished\":1,\"measured\":0,"
            + "\"refused\":0,\"bytesUp\":4,\"bytesDown\":5,\"wastedBytes\":0,\"multiplyAdds\":6,\"wastedMultiplyAdds\":0,\"peakDeviceBytes\":9,\"events\":3}}}",
            lines[0]);
        Assert.Equal("{\"point\":{\"ticks\":0,\"version\":0,\"accuracy\":0.25,\"trips\":0,\"bytesUp\":0,\"bytesDown\":0,\"multiplyAdds\":0}}", lines[1]);
        Assert.Equal("{\"point\":{\"ticks\":20,\"version\":1,\"accuracy\":0.5,\"stragglerAccuracy\":0.4,\"loss\":1.5,\"trips\":2,\"bytesUp\":4,\"bytesDown\":5,\"multiplyAdds\":6}}", lines[2]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 5)]
    public void A_file_that_was_cut_off_is_refused_with_where_it_ends(int lines, int expected)
    {
        string cut = string.Concat(Write(Small()).Split('\n').Take(lines).Select(line => line + "\n"));

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ResultFile.ReadJsonLines(new StringReader(cut), "x.jsonl"));

        Assert.StartsWith($"x.jsonl, line {expected}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(lines switch { 0 => "expected one line with a run", 1 => "complete run has points", 3 => "0 jobs, but the run has 2", _ => "1 jobs, but the run has 2" }, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "\"rule\":\"a\",", "", "'rule'")]
    [InlineData(1, "\"rule\":\"a\"", "\"rule\":null", "null")]
    [InlineData(1, "\"ticks\":30", "\"ticks\":-30", "duration is negative")]
    [InlineData(1, "\"target\":0.5", "\"target\":1.5", "target")]
    [InlineData(1, ",\"peakDeviceBytes\":9", "", "'peakDeviceBytes'")]
    [InlineData(1, "\"bytesUp\":4", "\"bytesUp\":-4", "a total is negative")]
    [InlineData(6, "\"accepted\":1", "\"accepted\":2", "1 accepted jobs, but the run has 2")]
    [InlineData(2, "\"accuracy\":0.25,", "", "no accuracy")]
    [InlineData(2, "\"accuracy\":0.25", "\"accuracy\":\"NaN\"", "$.point.accuracy")]
    [InlineData(2, "\"accuracy\":0.25", "\"accuracy\":25", "no accuracy")]
    [InlineData(2, "\"ticks\":0", "\"ticks\":-1", "time is negative")]
    [InlineData(2, "{\"point\"", "{\"run\":null,\"job\":{},\"point\"", "'number'")]
    [InlineData(3, "\"loss\":1.5", "\"loss\":1e999", "not finite")]
    [InlineData(3, "\"ticks\":20", "\"ticks\":31", "after the end of the run")]
    [InlineData(4, "\"endTicks\":20", "\"endTicks\":9", "ends before it starts")]
    [InlineData(4, "\"fate\":\"Accepted\"", "\"fate\":77", "the fate")]
    [InlineData(4, ",\"age\":1", ",\"age\":-1", "the age is negative")]
    [InlineData(5, "\"endTicks\":30", "\"endTicks\":19", "before that of the previous line")]
    [InlineData(5, "\"device\":2,", "", "'device'")]
    public void A_value_that_cannot_be_is_refused_with_what_and_where(int line, string from, string to, string what)
    {
        string written = Write(Small()), changed = written.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(written, changed);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ResultFile.ReadJsonLines(new StringReader(changed), "x.jsonl"));

        Assert.StartsWith($"x.jsonl, line {line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_stopped_before_anything_is_read_back()
    {
        SimulationResult result = await RunAsync(TinyRule(), ToyTask.Devices(30), new SimulationOptions { MaxVersions = 10 }, cancellationToken: new CancellationToken(canceled: true));

        SimulationResult read = ResultFile.ReadJsonLines(new StringReader(Write(result)));

        Assert.False(read.IsComplete);
        Assert.Empty(read.Points);
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

    private static SimulationResult Small() => new()
    {
        Rule = "a",
        Seed = 7,
        IsComplete = true,
        Duration = new TimeSpan(30),
        Target = 0.5,
        Points = [new(default, default, new ModelQuality(0.25), 0, 0, 0, 0), new(new TimeSpan(20), new ModelVersion(1), new ModelQuality(0.5, 0.4, 1.5), 2, 4, 5, 6)],
        Jobs =
        [
            new(1, 1, new TimeSpan(10), new TimeSpan(20), JobOutcome.Accepted, UpdateOutcome.Published, default, 1, 0.5, 5, 4, 6),
            new(0, 2, default, new TimeSpan(30), JobOutcome.Unfinished, UpdateOutcome.None, default, 1, 0, 0, 0, 0),
        ],
        Totals = new(2, 1, 0, 0, 1, 0, 0, 4, 5, 0, 6, 0, 9, 3),
    };

    private static string Write(SimulationResult result)
    {
        using var writer = new StringWriter();
        ResultFile.WriteJsonLines(writer, result);
        return writer.ToString();
    }
}
