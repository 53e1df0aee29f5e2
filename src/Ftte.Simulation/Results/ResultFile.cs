using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Ftte.Simulation;

/// <summary>Writes and reads results as JSON lines, and writes them as a JSON summary and as CSV.</summary>
/// <remarks>
/// A file has one line <c>{"run": ...}</c>, then a line <c>{"point": ...}</c> per evaluation and a line <c>{"job": ...}</c> per job. An evaluation by devices has a line
/// <c>{"evaluation": ...}</c>, followed by a line <c>{"answer": ...}</c> per device. Times are in ticks of 100 ns, and values that
/// were not measured are left out. The same run gives the same bytes. Models are not included.
/// </remarks>
public static class ResultFile
{
    private const int MaxLineLength = 1 << 16;

    /// <summary>Writes a result as JSON lines.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="result">The result.</param>
    /// <exception cref="ArgumentException">The name of the rule is too long for <see cref="ReadJsonLines"/>. Nothing has been written.</exception>
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

        foreach (DeviceEvaluation evaluation in result.DeviceEvaluations)
        {
            Write(new ResultLine { Evaluation = EvaluationLine.Of(evaluation) });
            foreach (EvaluationAnswer answer in evaluation.Evaluation.Answers)
            {
                Write(new ResultLine { Answer = AnswerLine.Of(answer) });
            }
        }

        foreach (JobRecord job in result.Jobs)
        {
            Write(new ResultLine { Job = JobLine.Of(job) });
        }

        void Write(ResultLine line)
        {
            string text = JsonSerializer.Serialize(line, ResultJson.Default.ResultLine);
            writer.Write(text.Length <= MaxLineLength
                ? text + "\n"
                : throw new ArgumentException($"The line of the run has {text.Length} characters, and the maximum is {MaxLineLength}. Give the rule a shorter name.", nameof(result)));
        }
    }

    /// <summary>Reads a result written by <see cref="WriteJsonLines"/>.</summary>
    /// <param name="reader">The lines of one result.</param>
    /// <param name="name">The name of the source in error messages.</param>
    /// <returns>The result, without model and selection.</returns>
    /// <exception cref="InvalidDataException">A line is not valid, or lines are missing. The message states the line and the problem.</exception>
    public static SimulationResult ReadJsonLines(TextReader reader, string name = "result")
    {
        ArgumentNullException.ThrowIfNull(reader);
        RunLine? run = null;
        ImmutableArray<EvaluationPoint>.Builder points = ImmutableArray.CreateBuilder<EvaluationPoint>();
        ImmutableArray<JobRecord>.Builder jobs = ImmutableArray.CreateBuilder<JobRecord>();
        var evaluations = new EvaluationReader();
        int number = 1;
        for (; reader.ReadLine() is { } text; number++)
        {
            ResultLine line = Parse(text, name, number);
            if (line.Answer is null && evaluations.End() is { } fault)
            {
                throw Bad(name, number, fault);
            }

            switch (line)
            {
                case { Run: { } found } when number == 1:
                    run = found;
                    break;
                case { Evaluation: { } evaluation } when number > 1:
                    Follow(evaluations.LastTicks, evaluation.Ticks);
                    evaluations.Begin(evaluation);
                    break;
                case { Answer: { } answer } when number > 1 && evaluations.IsOpen:
                    evaluations.Add(answer);
                    break;
                case { Point: { } point } when number > 1:
                    Follow(points.Count == 0 ? 0 : points[^1].Time.Ticks, point.Ticks);
                    points.Add(point.ToPoint());
                    break;
                case { Job: { } job } when number > 1:
                    Follow(jobs.Count == 0 ? 0 : jobs[^1].End.Ticks, job.EndTicks);
                    jobs.Add(job.ToJob());
                    break;
                default:
                    throw Bad(name, number);
            }
        }

        if (evaluations.End() is { } missingAnswers)
        {
            throw Bad(name, number, missingAnswers);
        }

        SimulationResult result = run?.ToResult(points.ToImmutable(), jobs.ToImmutable(), evaluations.All) ?? throw Bad(name, 1);
        return Missing(result) is { } missing ? throw Bad(name, number, missing) : result;

        void Follow(long before, long ticks)
        {
            if (ticks < before || ticks > run!.Ticks)
            {
                throw Bad(name, number, "the time is before that of the previous line, or after the end of the run");
            }
        }
    }

    /// <summary>Writes the main figures of runs as a JSON array for other programs, with an object per run.</summary>
    /// <param name="writer">Receives the JSON.</param>
    /// <param name="results">The results, in the order of the array.</param>
    /// <remarks>
    /// The properties of an object: <c>rule</c>, <c>seed</c>, <c>isComplete</c>, <c>seconds</c> (virtual time), <c>versions</c> (published by the last evaluation),
    /// <c>startAccuracy</c>, <c>accuracy</c> (of the last evaluation), <c>target</c>, <c>secondsToTarget</c>, <c>bytesUpToTarget</c>, <c>bytesDownToTarget</c>, <c>bytesUp</c>,
    /// <c>bytesDown</c>, <c>peakDeviceBytes</c>, <c>trips</c>. Accuracies are shares of 1. What was not reached or not measured is null. The same runs give the same bytes.
    /// </remarks>
    /// <exception cref="IOException">The writer cannot write, for example because the disk is full.</exception>
    public static void WriteSummaryJson(TextWriter writer, IEnumerable<SimulationResult> results)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(results);
        writer.Write(SummaryJson.Of(results));
    }

    /// <summary>Writes evaluations as CSV. Each line begins with the rule and the seed.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="results">The results.</param>
    public static void WritePointsCsv(TextWriter writer, IEnumerable<SimulationResult> results)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(results);
        writer.Write("rule,seed,seconds,version,accuracy,straggler_accuracy,loss,validation_accuracy,trips,bytes_up,bytes_down,multiply_adds\n");
        foreach (SimulationResult result in results)
        {
            foreach (EvaluationPoint p in result.Points)
            {
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Quote(result.Rule)},{result.Seed},{p.Time.TotalSeconds},{p.Version.Number},{Number(p.Quality.Accuracy)},{Number(p.Quality.StragglerAccuracy)},{Number(p.Quality.Loss)},{Number(p.Quality.ValidationAccuracy)},{p.Trips},{p.BytesUp},{p.BytesDown},{p.MultiplyAdds}\n"));
            }
        }
    }

    /// <summary>Writes jobs as CSV. Each line begins with the rule and the seed.</summary>
    /// <param name="writer">The writer.</param>
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

    /// <summary>Writes evaluations by devices as CSV, with a line per metric for all answers and for each group. Each line begins with the rule and the seed.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="results">The results.</param>
    public static void WriteEvaluationsCsv(TextWriter writer, IEnumerable<SimulationResult> results)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(results);
        writer.Write("rule,seed,seconds,version,metric,group,answers,mean,minimum,decile,median,upper_decile,maximum\n");
        foreach (SimulationResult result in results)
        {
            foreach ((TimeSpan time, FederatedEvaluation evaluation) in result.DeviceEvaluations)
            {
                foreach (EvaluationMetric metric in evaluation.Metrics)
                {
                    foreach (string? group in evaluation.Groups.Prepend(null))
                    {
                        if (evaluation.GetStatistics(metric.Name, group) is { } s)
                        {
                            writer.Write(string.Create(
                                CultureInfo.InvariantCulture,
                                $"{Quote(result.Rule)},{result.Seed},{time.TotalSeconds},{evaluation.Version.Number},{Quote(metric.Name)},{Quote(group ?? "")},{s.Count},{s.Mean},{s.GetQuantile(0)},{s.GetQuantile(0.1)},{s.GetQuantile(0.5)},{s.GetQuantile(0.9)},{s.GetQuantile(1)}\n"));
                        }
                    }
                }
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
            line = (text.Length <= MaxLineLength ? JsonSerializer.Deserialize(text, ResultJson.Default.ResultLine) : null) ?? throw Bad(name, number);
        }
        catch (JsonException bad)
        {
            // The rest of the message counts lines within this line only.
            throw Bad(name, number, bad.Message.Split(" | LineNumber")[0], bad);
        }

        return !line.IsSingle ? throw Bad(name, number) : line.Fault is { } fault ? throw Bad(name, number, fault) : line;
    }

    /// <summary>Describes the lines that are missing, for example because the file was truncated; null if none are.</summary>
    private static string? Missing(SimulationResult result)
    {
        SimulationTotals expected = result.Totals;
        (string Name, long Expected, long Found)[] counts =
        [
            ("jobs", expected.Trips, result.Jobs.Length),
            ("accepted jobs", expected.Accepted, Of(JobOutcome.Accepted)),
            ("rejected jobs", expected.Rejected, Of(JobOutcome.Rejected)),
            ("dropped jobs", expected.Dropped, Of(JobOutcome.Dropped)),
            ("unfinished jobs", expected.Unfinished, Of(JobOutcome.Unfinished)),
            ("measured jobs", expected.Measured, Of(JobOutcome.Measured)),
            ("evaluated jobs", expected.Evaluated, Of(JobOutcome.Evaluated)),
        ];
        return result.IsComplete && result.Points.IsEmpty
            ? "the file ends here, but a complete run has points"
            : counts.Where(count => count.Expected != count.Found).Select(count => $"the file ends here with {count.Found} {count.Name}, but the run has {count.Expected}").FirstOrDefault();

        long Of(JobOutcome outcome) => result.Jobs.Count(job => job.Outcome == outcome);
    }

    private static InvalidDataException Bad(string name, int line, string problem = "expected one line with a run, then lines with one point, job, evaluation or answer each", Exception? inner = null) =>
        new($"{name}, line {line}: the result file is not valid: {problem}. Write the results again.", inner);
}
