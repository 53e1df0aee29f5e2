using System.Globalization;
using Ftte.Markdown;
using Ftte.Samples.Shared;
using SelectionStudy.Learning;
using Spectre.Console;

namespace SelectionStudy.Report;

/// <summary>The study in one table: a row for every selector and budget. Runs that were stopped are left out.</summary>
internal static class StudyTable
{
    private static readonly string[] Columns = ["budget", "selector", "accuracy, mean (range)", "step", "trained", "device", "importance"];

    /// <summary>Writes the table to a terminal.</summary>
    public static void Write(IAnsiConsole console, IEnumerable<StudyRun> runs, double baseAccuracy)
    {
        var table = new AdaptiveTable(headings: 2);
        foreach (string column in Columns)
        {
            table.AddColumn(column, isNumber: column is "trained" or "device" or "importance");
        }

        foreach (string[] row in Rows(runs, baseAccuracy, "0.0"))
        {
            table.AddRow(row);
        }

        table.Write(console);
    }

    /// <summary>Returns the table as Markdown.</summary>
    public static string ToMarkdown(IEnumerable<StudyRun> runs, double baseAccuracy) =>
        MarkdownText.Header(Columns) + string.Concat(Rows(runs, baseAccuracy, "0.00").Select(MarkdownText.Row));

    private static IEnumerable<string[]> Rows(IEnumerable<StudyRun> runs, double baseAccuracy, string format)
    {
        yield return ["", "base model", Text(baseAccuracy) + " %", "", "", "", ""];
        foreach (IGrouping<StudyCell, StudyRun> cell in runs.Where(run => run.Result.IsComplete).GroupBy(run => run.Cell))
        {
            StudyRun one = cell.First();
            yield return
            [
                one.BudgetBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{100 * cell.Key.BudgetShare:0} %, {ByteSize.ToText(bytes)}") : "none",
                cell.Key.Selector,
                $"{Text(cell.Average(run => run.Accuracy))} % ({Text(cell.Min(run => run.Accuracy))} to {Text(cell.Max(run => run.Accuracy))})",
                one.LearningRate.ToString(CultureInfo.InvariantCulture),
                cell.Average(run => run.TrainedParameters).ToString("N0", CultureInfo.InvariantCulture),
                ByteSize.ToText(cell.Max(run => run.Result.Totals.PeakDeviceBytes)),
                Units.Percent(cell.Average(run => run.Importance)),
            ];
        }

        string Text(double share) => (100 * share).ToString(format, CultureInfo.InvariantCulture);
    }
}
