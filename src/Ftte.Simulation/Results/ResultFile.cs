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
    /// <param name="writer">Where to.</param>
    /// <param name="result">The result.</param>
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

        void Write(ResultLine line) => writer.Write(JsonSerializer.Serialize(line, ResultJson.Default.ResultLine) + "\n");
    }

    /// <summary>Reads what <see cref="WriteJsonLines"/> wrote.</summary>
    /// <param name="reader">The lines of one result.</param>
    /// <param name="name">What the lines come from, for errors.</param>
    /// <returns>The result, without model and selection.</returns>
    /// <exception cref="InvalidDataException">A line is not as it should be; the message says which.</exception>
    public static SimulationResult ReadJsonLines(TextReader reader, string name = "result")
    {
        ArgumentNullException.ThrowIfNull(reader);
        RunLine? run = null;
        ImmutableArray<EvaluationPoint>.Builder points = ImmutableArray.CreateBuilder<EvaluationPoint>();
        ImmutableArray<JobRecord>.Builder jobs = ImmutableArray.CreateBuilder<JobRecord>();
        for (int number = 1; reader.ReadLine() is { } text; number++)
        {
            switch (Parse(text, name, number))
            {
                case { Run: { } found } when number == 1:
                    run = found;
                    break;
                case { Point: { } point } when number > 1:
                    points.Add(point.ToPoint());
                    break;
                case { Job: { } job } when number > 1:
                    jobs.Add(job.ToJob());
                    break;
                default:
                    throw Bad(name, number);
            }
        }

        return run?.ToResult(points.ToImmutable(), jobs.ToImmutable()) ?? throw Bad(name, 1);
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
                    $"{Quote(result.Rule)},{result.Seed},{j.Number},{j.Device},{j.Start.TotalSeconds},{j.End.TotalSeconds},{j.Fate},{j.Outcome},{j.BaseVersion.Number},{j.Age},{j.Weight},{j.BytesUp},{j.BytesDown},{j.MultiplyAdds}\n"));
            }
        }
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString(CultureInfo.InvariantCulture);

    private static ResultLine Parse(string text, string name, int number)
    {
        try
        {
            return (text.Length <= LongestLine ? JsonSerializer.Deserialize(text, ResultJson.Default.ResultLine) : null) ?? throw Bad(name, number);
        }
        catch (JsonException bad)
        {
            throw Bad(name, number, bad);
        }
    }

    private static InvalidDataException Bad(string name, int line, Exception? inner = null) =>
        new($"{name}, line {line}: this is not what a simulation wrote: a run first, then points and jobs, one per line.", inner);
}
