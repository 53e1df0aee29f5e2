using System.Globalization;
using System.Text;
using Ftte.Markdown;
using Ftte.Samples.Shared;
using Spectre.Console;

namespace Cifar10.Converge;

/// <summary>Writes what every rule needs to reach a ladder of accuracies: medians over seeds, and the change relative to the first rule.</summary>
internal static class ConvergeTable
{
    /// <summary>The distances of the targets from the best accuracy of any rule, in points.</summary>
    private static readonly double[] Distances = [8, 4, 2, 1, 0.5, 0];

    /// <summary>Returns a line for each result and target. Targets end with the best accuracy that any rule reaches on the problem.</summary>
    public static IEnumerable<ConvergeLine> Lines(IReadOnlyCollection<ConvergeResult> results) =>
        from problem in results.GroupBy(result => result.Problem)
        let targets = Targets(problem)
        from result in problem
        from target in targets
        select result.At(target);

    /// <summary>Writes the tables as Markdown.</summary>
    public static string Of(IReadOnlyCollection<ConvergeResult> results)
    {
        var text = new StringBuilder();
        foreach ((string problem, string[] columns, IEnumerable<string[]> rows) in Tables(results))
        {
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "\n" : "")}## {problem}\n\n{MarkdownText.Header(columns)}");
            foreach (string[] row in rows)
            {
                text.Append(MarkdownText.Row(row));
            }
        }

        return text.ToString();
    }

    /// <summary>Writes the tables to a terminal, with its width.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyCollection<ConvergeResult> results)
    {
        foreach ((string problem, string[] columns, IEnumerable<string[]> rows) in Tables(results))
        {
            console.WriteText(problem);
            var table = new AdaptiveTable(headings: 2);
            Array.ForEach(columns, column => table.AddColumn(column));
            foreach (string[] row in rows)
            {
                table.AddRow(row);
            }

            table.Write(console);
        }
    }

    private static double[] Targets(IEnumerable<ConvergeResult> results)
    {
        double first = results.Min(result => result.Result.Points[0].Quality.Accuracy);
        double best = results.Max(result => result.Final.Accuracy);
        double[] targets = [.. Distances.Select(distance => Math.Floor((best * 1000) - (distance * 10)) / 1000)];
        double[] above = [.. targets.Where(target => target > first)];

        // If no rule improves the base model, the best accuracy is reported, so that every run has a line.
        return above.Length > 0 ? above : targets[^1..];
    }

    private static IEnumerable<(string Problem, string[] Columns, IEnumerable<string[]> Rows)> Tables(IReadOnlyCollection<ConvergeResult> results)
    {
        foreach (IGrouping<string, ConvergeResult> problem in results.GroupBy(result => result.Problem))
        {
            double[] targets = Targets(problem);
            IGrouping<(string, string), ConvergeResult>[] rules = [.. problem.GroupBy(result => (result.Rule.Name, $"{result.Rule.Format}"))];
            yield return (
                problem.Key,
                ["rule", "format", "device KiB", "plateau", "worst tenth", .. targets.Select(target => string.Create(CultureInfo.InvariantCulture, $"{100 * target:0.0} %: minutes, MB, kJ"))],
                rules.Select(rule => Row(rule, rules[0], targets)));
        }
    }

    private static string[] Row(IGrouping<(string Name, string Format), ConvergeResult> rule, IEnumerable<ConvergeResult> reference, double[] targets) =>
    [
        rule.Key.Name,
        rule.Key.Format,
        Text(rule.Max(result => result.Result.Totals.PeakDeviceBytes) / 1024.0, "N0"),
        Text(100 * Median(rule.Select(result => result.Final.Accuracy)), "0.0"),
        Text(100 * Median(rule.Select(result => result.Final.WorstTenth)), "0.0"),
        .. targets.Select(target => Cell([.. rule.Select(result => result.At(target))], [.. reference.Select(result => result.At(target))])),
    ];

    /// <summary>Returns the median time, bytes and energy, with the changes relative to the reference; a dash if half of the seeds do not reach the target.</summary>
    private static string Cell(ConvergeLine[] own, ConvergeLine[] reference)
    {
        double minutes = Minutes(own), bytes = Bytes(own), joules = Joules(own);
        if (double.IsInfinity(minutes))
        {
            return "-";
        }

        string change = double.IsInfinity(Minutes(reference)) ? "" : $" ({Change(minutes, Minutes(reference))}, {Change(bytes, Bytes(reference))}, {Change(joules, Joules(reference))})";
        return $"{Text(minutes, "0.0")}, {Text(bytes / 1e6, "0.0")}, {Text(joules / 1e3, "0.00")}{change}";
    }

    private static double Minutes(IEnumerable<ConvergeLine> lines) => Median(lines.Select(line => line.TimeToTarget / 60 ?? double.PositiveInfinity));

    private static double Bytes(IEnumerable<ConvergeLine> lines) => Median(lines.Select(line => line.BytesUp + line.BytesDown ?? double.PositiveInfinity));

    private static double Joules(IEnumerable<ConvergeLine> lines) => Median(lines.Select(line => line.Joules ?? double.PositiveInfinity));

    private static string Change(double value, double reference) => value == reference ? "±0 %" : $"{Text(100 * ((value / reference) - 1), "+0;-0")} %";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
