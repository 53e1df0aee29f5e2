using System.Globalization;
using System.Text;
using Ftte.Markdown;
using Ftte.Samples.Shared;
using Spectre.Console;

namespace Cifar10.Report;

/// <summary>Writes a summary of the comparison: medians and ranges over seeds, and the change relative to the first rule of each cell.</summary>
/// <remarks>Stopped runs are only listed, because their partial results do not predict the final ones.</remarks>
internal static class RunTable
{
    private static readonly string[] Columns =
    [
        "cell", "rule", "time to target, s", "bytes to target, MB", "final accuracy", "on stragglers' classes", "payload of a trip, KiB", "device memory, KiB", "trips", "wasted",
    ];

    /// <summary>The columns for terminals, with shorter names.</summary>
    private static readonly string[] ShortColumns =
    [
        "cell", "rule", "time to target, s", "MB to target", "accuracy", "stragglers", "KiB per trip", "device KiB", "trips", "wasted",
    ];

    /// <summary>Writes the comparison as Markdown, for files.</summary>
    public static string Of(IEnumerable<RunLine> lines)
    {
        RunLine[] complete = [.. lines.Where(line => line.Complete)];
        var text = new StringBuilder(MarkdownText.Header(Columns));
        foreach (string[] row in Rows(complete))
        {
            text.Append(MarkdownText.Row(row));
        }

        text.Append('\n');
        string[] gains = Gains(complete);
        if (gains.Length > 0)
        {
            text.Append(MarkdownText.Header(["seconds until so many points above the base model", .. gains]));
            foreach (string[] row in GainRows(complete, gains))
            {
                text.Append(MarkdownText.Row([$"{row[0]}: {row[1]}", .. row[2..]]));
            }
        }

        return text.Append(string.Concat(Stopped(lines).Select(note => $"\n{note}\n"))).ToString();
    }

    /// <summary>Writes the comparison to a terminal, with its width.</summary>
    public static void Write(IAnsiConsole console, IEnumerable<RunLine> lines)
    {
        RunLine[] complete = [.. lines.Where(line => line.Complete)];
        if (complete.Length == 0)
        {
            console.WriteText("No run was completed.");
        }
        else
        {
            Write(console, ShortColumns, Rows(complete));
        }

        string[] gains = Gains(complete);
        if (gains.Length > 0)
        {
            console.WriteLine();
            console.WriteText("Seconds until the accuracy was so many points above the base model's:");
            Write(console, ["cell", "rule", .. gains], GainRows(complete, gains));
        }

        foreach (string note in Stopped(lines))
        {
            console.WriteText(note);
        }
    }

    private static void Write(IAnsiConsole console, string[] columns, IEnumerable<string[]> rows)
    {
        var table = new AdaptiveTable(headings: 2);
        foreach (string column in columns)
        {
            table.AddColumn(column);
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row);
        }

        table.Write(console);
    }

    private static IEnumerable<string> Stopped(IEnumerable<RunLine> lines) => lines.Where(line => !line.Complete)
        .Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Cell}, {line.Rule}, seed {line.Seed}: stopped after {line.Time:#,0} s, and left out."));

    private static IEnumerable<string[]> Rows(RunLine[] lines) => Compare(lines, (rule, reference, isReference) =>
    [
        Reached(rule, reference, isReference, line => line.TimeToTarget, "#,0"),
        Reached(rule, reference, isReference, line => line.BytesToTarget / 1e6, "#,0"),
        Range(rule, line => 100 * line.FinalAccuracy, "0.0") + " %",
        Range(rule, line => 100 * line.StragglerAccuracy, "0.0") + " %",
        Compared(rule, reference, isReference, line => (line.BytesUp + line.BytesDown) / 1024.0 / Math.Max(1, line.Trips), "#,0"),
        Compared(rule, reference, isReference, line => line.DeviceBytes / 1024.0, "#,0"),
        Range(rule, line => line.Trips, "#,0"),
        Range(rule, line => 100 * line.WastedShare, "0") + " %",
    ]);

    private static string[] Gains(RunLine[] lines) => lines.Length == 0 ? [] : [.. lines[0].TimeToGain.Keys.Select(gain => "+" + gain)];

    private static IEnumerable<string[]> GainRows(RunLine[] lines, string[] gains) => Compare(
        lines, (rule, reference, isReference) => [.. gains.Select(gain => Reached(rule, reference, isReference, line => line.TimeToGain[gain[1..]], "#,0"))]);

    /// <summary>Creates a row for every rule of every cell from the runs of the rule and those of the first rule of the cell.</summary>
    private static IEnumerable<string[]> Compare(RunLine[] lines, Func<RunLine[], RunLine[], bool, string[]> measure)
    {
        foreach (IGrouping<string, RunLine> cell in lines.GroupBy(line => line.Cell))
        {
            RunLine[] reference = [.. cell.GroupBy(line => line.Rule).First()];
            foreach (RunLine[] rule in cell.GroupBy(line => line.Rule).Select(group => group.ToArray()))
            {
                yield return [cell.Key, rule[0].Rule, .. measure(rule, reference, rule[0].Rule == reference[0].Rule)];
            }
        }
    }

    private static string Reached(RunLine[] rule, RunLine[] reference, bool isReference, Func<RunLine, double?> measure, string format)
    {
        RunLine[] reached = [.. rule.Where(line => measure(line) is not null)];
        if (reached.Length == 0)
        {
            return "not reached";
        }

        bool comparable = reference.All(line => measure(line) is not null);
        string times = Compared(reached, reference, isReference || !comparable, line => measure(line)!.Value, format);
        return reached.Length == rule.Length ? times : $"{times}, in {reached.Length} of {rule.Length}";
    }

    private static string Compared(RunLine[] rule, RunLine[] reference, bool isReference, Func<RunLine, double> measure, string format)
    {
        double change = isReference ? 0 : (Median(rule, measure) / Median(reference, measure)) - 1;
        return Range(rule, measure, format) + (isReference ? "" : string.Create(CultureInfo.InvariantCulture, $", {100 * change:+0;-0;±0} %"));
    }

    private static string Range(RunLine[] rule, Func<RunLine, double> measure, string format)
    {
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        string min = Text(rule.Min(measure)), max = Text(rule.Max(measure));
        return min == max ? min : $"{Text(Median(rule, measure))} ({min} to {max})";
    }

    private static double Median(RunLine[] rule, Func<RunLine, double> measure)
    {
        double[] sorted = [.. rule.Select(measure).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
