using Ftte.Samples.Shared;
using SelectionStudy.Running;
using Spectre.Console;

namespace SelectionStudy.Report;

/// <summary>The study in one table: a row for every selector and budget.</summary>
internal static class StudyTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<StudyRun> runs, double baseAccuracy)
    {
        var table = new AdaptiveTable(headings: 2);
        foreach (string column in new[] { "budget", "selector", "accuracy, mean (range)", "step", "trained", "device", "importance" })
        {
            table.AddColumn(column);
        }

        table.AddRow(["", "base model", $"{100 * baseAccuracy:0.0} %", "", "", "", ""]);
        foreach (IGrouping<(double, string), StudyRun> cell in runs.GroupBy(r => (r.BudgetShare, r.Selector)))
        {
            StudyRun one = cell.First();
            double[] accuracies = [.. cell.Select(r => 100 * r.Accuracy)];
            table.AddRow([
                one.BudgetShare == 1 ? "none" : $"{100 * one.BudgetShare:0} %, {ByteSize.ToText(one.BudgetBytes)}",
                one.Selector,
                $"{accuracies.Average():0.0} % ({accuracies.Min():0.0} to {accuracies.Max():0.0})",
                $"{one.LearningRate}",
                $"{cell.Average(r => r.TrainedParameters):N0}",
                ByteSize.ToText((long)cell.Average(r => r.PeakBytes)),
                $"{100 * cell.Average(r => r.Importance):0} %"]);
        }

        table.Write(console);
    }
}
