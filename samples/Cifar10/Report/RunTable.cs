using System.Globalization;
using System.Text;

namespace Cifar10.Report;

/// <summary>The comparison in short, as Markdown: medians and ranges over seeds, and the change against the first rule of each cell.</summary>
/// <remarks>A run that was stopped is only named: how far it came says nothing of where it would have ended.</remarks>
internal static class RunTable
{
    public static string Of(IEnumerable<RunLine> lines)
    {
        RunLine[] stopped = [.. lines.Where(line => !line.Complete)];
        lines = [.. lines.Where(line => line.Complete)];
        var table = new StringBuilder();
        table.Append("| cell | rule | time to target, s | bytes to target, MB | final accuracy | on stragglers' classes | payload of a trip, KiB | device memory, KiB | trips | wasted |\n");
        table.Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (IGrouping<string, RunLine> cell in lines.GroupBy(line => line.Cell))
        {
            RunLine[] reference = [.. cell.GroupBy(line => line.Rule).First()];
            foreach (RunLine[] rule in cell.GroupBy(line => line.Rule).Select(group => group.ToArray()))
            {
                bool isReference = rule[0].Rule == reference[0].Rule;
                string[] cells =
                [
                    cell.Key,
                    rule[0].Rule,
                    Reached(rule, reference, isReference, line => line.TimeToTarget, "#,0"),
                    Reached(rule, reference, isReference, line => line.BytesToTarget / 1e6, "#,0"),
                    Range(rule, line => 100 * line.FinalAccuracy, "0.0") + " %",
                    Range(rule, line => 100 * line.StragglerAccuracy, "0.0") + " %",
                    Compared(rule, reference, isReference, line => (line.BytesUp + line.BytesDown) / 1024.0 / Math.Max(1, line.Trips), "#,0"),
                    Compared(rule, reference, isReference, line => line.DeviceBytes / 1024.0, "#,0"),
                    Range(rule, line => line.Trips, "#,0"),
                    Range(rule, line => 100 * line.WastedShare, "0") + " %",
                ];
                table.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");
            }
        }

        string notes = string.Concat(stopped.Select(line =>
            string.Create(CultureInfo.InvariantCulture, $"\n{line.Cell}, {line.Rule}, seed {line.Seed}: stopped after {line.Time:#,0} s, and left out.\n")));
        return $"{table}\n{Gains(lines)}{notes}";
    }

    /// <summary>Says when each rule was how much better than the base model.</summary>
    private static string Gains(IEnumerable<RunLine> lines)
    {
        RunLine[] all = [.. lines];
        if (all.Length == 0)
        {
            return "";
        }

        string[] gains = [.. all[0].TimeToGain.Keys];
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"| seconds until so many points above the base model | {string.Join(" | ", gains.Select(gain => "+" + gain))} |\n");
        table.Append(CultureInfo.InvariantCulture, $"| --- |{string.Concat(gains.Select(_ => " --- |"))}\n");
        foreach (IGrouping<string, RunLine> cell in all.GroupBy(line => line.Cell))
        {
            RunLine[] reference = [.. cell.GroupBy(line => line.Rule).First()];
            foreach (RunLine[] rule in cell.GroupBy(line => line.Rule).Select(group => group.ToArray()))
            {
                bool isReference = rule[0].Rule == reference[0].Rule;
                IEnumerable<string> cells = gains.Select(gain => Reached(rule, reference, isReference, line => line.TimeToGain[gain], "#,0"));
                table.Append(CultureInfo.InvariantCulture, $"| {cell.Key}: {rule[0].Rule} | {string.Join(" | ", cells)} |\n");
            }
        }

        return table.ToString();
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
        string least = Text(rule.Min(measure)), most = Text(rule.Max(measure));
        return least == most ? least : $"{Text(Median(rule, measure))} ({least} to {most})";
    }

    private static double Median(RunLine[] rule, Func<RunLine, double> measure)
    {
        double[] sorted = [.. rule.Select(measure).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
