using System.Globalization;
using Ftte;
using Ftte.Markdown;
using Ftte.Samples.Shared;
using Ftte.Simulation.Reports;
using SelectionStudy.Learning;

namespace SelectionStudy.Report;

/// <summary>Writes the table of the study, and for every budget a report of the library that compares the selectors with training all parameters.</summary>
internal static class StudyReport
{
    /// <summary>Writes the files. Files of a stopped study never replace earlier ones.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="study">The study.</param>
    /// <param name="runs">The runs of the study.</param>
    /// <param name="baseAccuracy">The accuracy of the base model.</param>
    /// <param name="isStopped">True if the study was stopped before its end.</param>
    /// <returns>The names of the tables and pages.</returns>
    public static List<string> Write(string folder, Study study, IReadOnlyList<StudyRun> runs, double baseAccuracy, bool isStopped)
    {
        string summary = PartialFile.For(Path.Combine(folder, "summary.md"), isStopped);
        AtomicFile.WriteAllText(summary, StudyTable.ToMarkdown(runs, baseAccuracy));
        List<string> files = [summary];
        IEnumerable<StudyRun> reference = runs.Where(run => run.Cell.BudgetShare is null);
        double?[] budgets = [.. runs.Select(run => run.Cell.BudgetShare).Where(share => share is not null).Distinct()];
        foreach (double? share in budgets.Length > 0 ? budgets : [null])
        {
            StudyRun[] compared = [.. reference, .. runs.Where(run => share is not null && run.Cell.BudgetShare == share)];
            string name = string.Create(CultureInfo.InvariantCulture, $"budget-{100 * (share ?? 1):0.##}");
            string budget = share is null ? "no memory budget" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} % of the memory, {ByteSize.ToText(compared[^1].BudgetBytes ?? 0)}");
            files.Add(SimulationReport.Write(PartialFile.Folder(Path.Combine(folder, name), isStopped, "report.md"), new ReportContent
            {
                Title = $"CIFAR-10, ResNet-8: {budget}",
                Results = [.. compared.Select(run => run.Result)],
                Devices = study.Devices,
                Notes = [MarkdownText.Escape($"All devices are identical and take part in random order. Accuracy is measured on {StartModel.EvaluationImages:#,0} test images; summary.md contains the accuracy on all of them.")],
            }));
        }

        return files;
    }
}
