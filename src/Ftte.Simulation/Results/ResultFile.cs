using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Ftte.Simulation;

/// <summary>Results as JSON lines, to be read back or by other programs, and as CSV.</summary>
/// <remarks>
/// JSON lines: one <c>{"run": ...}</c>, then a <c>{"point": ...}</c> per evaluation and a <c>{"job": ...}</c> per job. Times are in ticks of 100 ns; what was not measured is left
/// out. The same run gives the same bytes. Models are not among them.
/// </remarks>
public static class ResultFile
{
    private const int LongestLine = 1 << 16;

    /// <summary>Writes a result as JSON lines.</summary>
    /// <param name="writer">Receives the lines.</param>
    /// <param name="result">The result.</param>
    /// <exception cref="ArgumentException">The name of the rule is so long that <see cref="ReadJsonLines"/> would refuse the line. Nothing has been written.</exception>
    /// <exception cref="IOException">The writer cannot write, for example because the disk is full.</exception>
    public static void WriteJsonLines(TextWriter writer, SimulationResult result)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(result);
        Write(new ResultLine { Run = RunLine.Of(result) });
        foreach (EvaluationPoint point in result.Points)
        {
            Write(new ResultLine { Point = PointLine.Of(point) });
        }

        foreach (JobRecord job in result.Jobs)
        {
            Write(new ResultLine { Job = JobLine.Of(job) });
        }

        void Write(ResultLine line)
        {
            string text = JsonSerializer.Serialize(line, ResultJson.Default.ResultLine);
            writer.Write(text.Length <= LongestLine
                ? text + "\n"
                : throw new ArgumentException($"The line of the run would have {text.Length} characters, more than {LongestLine}; give the rule a shorter name.", nameof(result)));
        }
    }

    /// <summary>Reads what <see cref="WriteJsonLines"/> wrote.</summary>
    /// <param name="reader">The lines of one result.</param>
    /// <param name="name">What the lines come from, for errors.</param>
    /// <returns>The result, without model and selection.</returns>
    /// <exception cref="InvalidDataException">A line is not as it should be, or some are missing; the message says what and where.</exception>
    public static SimulationResult ReadJsonLines(TextReader reader, string name = "result")
    {
        ArgumentNullException.ThrowIfNull(reader);
        RunLine? run = null;
        ImmutableArray<EvaluationPoint>.Builder points = ImmutableArray.CreateBuilder<EvaluationPoint>();
        ImmutableArray<JobRecord>.Builder jobs = ImmutableArray.CreateBuilder<JobRecord>();
        int number = 1;
        for (; reader.ReadLine() is { } text; number++)
        {
            switch (Parse(text, name, number))
            {
                case { Run: { } found, Point: null, Job: null } when number == 1:
                    run = found;
                    break;
                case { Run: null, Point: { } point, Job: null } when number > 1:
                    Follow(points.Count == 0 ? 0 : points[^1].Time.Ticks, point.Ticks);
                    points.Add(point.ToPoint());
                    break;
                case { Run: null, Point: null, Job: { } job } when number > 1:
                    Follow(jobs.Count == 0 ? 0 : jobs[^1].End.Ticks, job.EndTicks);
                    jobs.Add(job.ToJob());
                    break;
                default:
                    throw Bad(name, number);
            }
        }

        SimulationResult result = run?.ToResult(points.ToImmutable(), jobs.ToImmutable()) ?? throw Bad(name, 1);
        return Missing(result) is { } missing ? throw Bad(name, number, missing) : result;

        void Follow(long before, long ticks)
        {
            if (ticks < before || ticks > run!.Ticks)
            {
                throw Bad(name, number, "the time is earlier than the line before says, or after the run's end");
            }
        }
    }

    /// <summary>Writes evaluations as CSV, a line each with rule and seed in front.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="results">The results.</param>
    public static void WritePointsCsv(TextWriter writer, IEnumerable<SimulationResult> results)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(results);
        writer.Write("rule,seed,seconds,version,accuracy,straggler_accuracy,loss,trips,bytes_up,bytes_down,multiply_adds\n");
        foreach (SimulationResult result in results)
        {
            foreach (EvaluationPoint p in result.Points)
            {
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Quote(result.Rule)},{result.Seed},{p.Time.TotalSeconds},{p.Version.Number},{Number(p.Quality.Accuracy)},{Number(p.Quality.StragglerAccuracy)},{Number(p.Quality.Loss)},{p.Trips},{p.BytesUp},{p.BytesDown},{p.MultiplyAdds}\n"));
            }
        }
    }

    /// <summary>Writes jobs as CSV, a line each with rule and seed in front.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="results">The results.</param>
    public static void WriteJobsCsv(TextWriter writer, IEnumerable<SimulationResult> results)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(results);
        writer.Write("rule,seed,job,device,start_seconds,end_seconds,fate,outcome,base_version,age,weight,bytes_up,bytes_down,multiply_adds\n");
        foreach (SimulationResult result in results)
        {
            foreach (JobRecord j in result.Jobs)
            {
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Quote(result.Rule)},{result.Seed},{j.Number},{j.Device},{j.Start.TotalSeconds},{j.End.TotalSeconds},{j.Outcome},{j.UpdateOutcome},{j.BaseVersion.Number},{j.Age},{j.Weight},{j.BytesUp},{j.BytesDown},{j.MultiplyAdds}\n"));
            }
        }
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString(CultureInfo.InvariantCulture);

    private static ResultLine Parse(string text, string name, int number)
    {
        ResultLine line;
        try
        {
            line = (text.Length <= LongestLine ? JsonSerializer.Deserialize(text, ResultJson.Default.ResultLine) : null) ?? throw Bad(name, number);
        }
        catch (JsonException bad)
        {
            // What follows there counts lines, too, and knows of this one only.
            throw Bad(name, number, bad.Message.Split(" | LineNumber")[0], bad);
        }

        return line.Fault is { } fault ? throw Bad(name, number, fault) : line;
    }

    /// <summary>Says which lines a result lacks, as a file does that was cut off; null if it has all.</summary>
    private static string? Missing(SimulationResult result)
    {
        SimulationTotals said = result.Totals;
        (string Name, long Said, long There)[] counts =
        [
            ("jobs", said.Trips, result.Jobs.Length),
            ("accepted jobs", said.Accepted, Of(JobOutcome.Accepted)),
            ("rejected jobs", said.Rejected, Of(JobOutcome.Rejected)),
            ("dropped jobs", said.Dropped, Of(JobOutcome.Dropped)),
            ("unfinished jobs", said.Unfinished, Of(JobOutcome.Unfinished)),
            ("measured jobs", said.Measured, Of(JobOutcome.Measured)),
        ];
        return result.IsComplete && result.Points.IsEmpty
            ? "the file ends here, and a complete run has points"
            : counts.Where(count => count.Said != count.There).Select(count => $"the file ends here with {count.There} {count.Name}, and the run has {count.Said}").FirstOrDefault();

        long Of(JobOutcome outcome) => result.Jobs.Count(job => job.Outcome == outcome);
    }

    private static InvalidDataException Bad(string name, int line, string what = "a run first, then points and jobs, one per line", Exception? inner = null) =>
        new($"{name}, line {line}: this is not what a simulation wrote: {what}.", inner);
}
