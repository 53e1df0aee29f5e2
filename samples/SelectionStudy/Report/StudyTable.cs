using System.Globalization;
using System.Text;
using Ftte.Markdown;
using Ftte.Samples.Shared;
using SelectionStudy.Learning;
using Spectre.Console;

namespace SelectionStudy.Report;

/// <summary>Writes the study as a table with a row for every selector and budget. Stopped runs are omitted.</summary>
internal static class StudyTable
{
    private static readonly string[] Columns = ["budget", "selector", "accuracy, mean (range)", "step", "trained", "device", "importance"];

    /// <summary>The columns for terminals of 80 characters.</summary>
    private static readonly string[] ShortColumns = ["budget", "selector", "accuracy, %", "step", "trained", "device"];

    /// <summary>Writes the table to a terminal.</summary>
    public static void Write(IAnsiConsole console, IEnumerable<StudyRun> runs, double baseAccuracy)
    {
        var table = new AdaptiveTable(headings: 2);
        foreach (string column in ShortColumns)
        {
            table.AddColumn(column, isNumber: column is "trained" or "device");
        }

        table.AddRow(["", "base model", Text(baseAccuracy, "0.0"), "", "", ""]);
        foreach (StudyRun[] cell in Cells(runs))
        {
            string budget = cell[0].Cell.BudgetShare is { } share ? Share(share) : "none";
            table.AddRow([budget, cell[0].Cell.Selector, Accuracy(cell, "0.0", unit: ""), Step(cell), Trained(cell), Device(cell)]);
        }

        table.Write(console);
    }

    /// <summary>Returns the table as Markdown.</summary>
    public static string ToMarkdown(IEnumerable<StudyRun> runs, double baseAccuracy)
    {
        var text = new StringBuilder(MarkdownText.Header(Columns)).Append(MarkdownText.Row(["", "base model", Text(baseAccuracy, "0.00") + " %", "", "", "", ""]));
        foreach (StudyRun[] cell in Cells(runs))
        {
            string budget = cell[0].BudgetBytes is { } bytes ? $"{Share(cell[0].Cell.BudgetShare!.Value)}, {ByteSize.ToText(bytes)}" : "none";
            string importance = Units.Percent(cell.Average(run => run.Importance));
            text.Append(MarkdownText.Row([budget, cell[0].Cell.Selector, Accuracy(cell, "0.00", unit: " %"), Step(cell), Trained(cell), Device(cell), importance]));
        }

        return text.ToString();
    }

    private static IEnumerable<StudyRun[]> Cells(IEnumerable<StudyRun> runs) =>
        runs.Where(run => run.Result.IsComplete).GroupBy(run => run.Cell).Select(cell => cell.ToArray());

    private static string Accuracy(StudyRun[] cell, string format, string unit) =>
        $"{Text(cell.Average(run => run.Accuracy), format)}{unit} ({Text(cell.Min(run => run.Accuracy), format)} to {Text(cell.Max(run => run.Accuracy), format)})";

    private static string Step(StudyRun[] cell) => cell[0].LearningRate.ToString(CultureInfo.InvariantCulture);

    private static string Trained(StudyRun[] cell) => cell.Average(run => run.TrainedParameters).ToString("N0", CultureInfo.InvariantCulture);

    private static string Device(StudyRun[] cell) => ByteSize.ToText(cell.Max(run => run.Result.Totals.PeakDeviceBytes));

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");

    private static string Text(double share, string format) => (100 * share).ToString(format, CultureInfo.InvariantCulture);
}
