using System.Globalization;
using Ftte.Simulation.Reports.Charts;
using Ftte.Simulation.Reports.Pages;
using Ftte.Simulation.Reports.Statistics;

namespace Ftte.Simulation.Reports;

/// <summary>Writes a report: a page in Markdown, its charts, and their numbers as CSV.</summary>
public static class SimulationReport
{
    private const string PageName = "report.md";
    private const string PartialFolder = "partial";

    /// <summary>Writes the page <c>report.md</c>, its charts and its CSV files into a folder.</summary>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="content">The content.</param>
    /// <returns>The path of the page.</returns>
    /// <remarks>
    /// The files of an earlier report are replaced once all new files are written, so an error leaves the earlier report as it is. A report with runs that were stopped
    /// does not replace a finished one: if the folder has one, the files go into its subfolder <c>partial</c>. Numbers are written in the invariant culture.
    /// </remarks>
    /// <exception cref="ArgumentException">Two results have the same rule and seed, or a job belongs to a device that is not among the devices; nothing is written.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static string Write(string folder, ReportContent content)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(content);
        List<RuleResults> rules = RuleResults.Group(content.Results);
        CheckDevices(content);
        var page = new ReportPage(content, rules);
        string target = page.IsPartial && IsFinished(folder) ? Path.Combine(folder, PartialFolder) : folder;
        InInvariantCulture(() => ReportFolder.Replace(target, PageName, staging => WriteFiles(staging, page, content, rules)));
        return Path.Combine(target, PageName);
    }

    /// <summary>Creates the table of a report in Markdown: a row per rule, with the median and the range over its seeds.</summary>
    /// <param name="results">The runs. The first rule is the reference for the others.</param>
    /// <returns>The table. Runs that were stopped are left out if their rule has others; the second column states that.</returns>
    /// <exception cref="ArgumentException">Two results have the same rule and seed.</exception>
    public static string Table(IEnumerable<SimulationResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return ReportTable.Of(RuleResults.Group(results));
    }

    /// <summary>Draws accuracy over virtual time, with a line for the median over seeds, a band for their range, and the targets, and writes it as PNG.</summary>
    /// <param name="path">The file; replaced once the chart is drawn.</param>
    /// <param name="title">The title.</param>
    /// <param name="results">The runs: any number of rules, any number of seeds each.</param>
    /// <exception cref="ArgumentException">Two results have the same rule and seed, or there are none; nothing is written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteAccuracyChart(string path, string title, IEnumerable<SimulationResult> results)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(results);
        List<RuleResults> rules = RuleResults.Group(results);
        if (rules.Count == 0)
        {
            throw new ArgumentException("There are no results to draw. Specify at least one.", nameof(results));
        }

        InInvariantCulture(() => AccuracyChart.Save(path, title, rules, TimeUnit.For(rules.SelectMany(rule => rule.All))));
    }

    /// <summary>Draws the accuracy of every device or person before and after a change of the model, such as personalization, sorted by the accuracy before, and writes it as PNG.</summary>
    /// <param name="path">The file; replaced once the chart is drawn.</param>
    /// <param name="title">The title.</param>
    /// <param name="before">The name of the first model, such as <c>shared model</c>.</param>
    /// <param name="after">The name of the second model.</param>
    /// <param name="devices">The accuracies, at least one; each group has a panel, in the order in which groups come first.</param>
    /// <exception cref="ArgumentException">There are no accuracies, or one is not in [0, 1]; nothing is written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteBeforeAfterChart(string path, string title, string before, string after, IEnumerable<DeviceAccuracy> devices)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(devices);
        DeviceAccuracy[] all = [.. devices];
        if (all.Length == 0)
        {
            throw new ArgumentException("There are no accuracies to draw. Specify at least one.", nameof(devices));
        }

        foreach (DeviceAccuracy device in all.Where(device => device is not { Before: >= 0 and <= 1, After: >= 0 and <= 1 }))
        {
            throw new ArgumentException($"The accuracies of {device.Device} are {device.Before} and {device.After}. Specify values in [0, 1].", nameof(devices));
        }

        InInvariantCulture(() => BeforeAfterChart.Save(path, title, before, after, all));
    }

    private static void WriteFiles(string folder, ReportPage page, ReportContent content, List<RuleResults> rules)
    {
        string At(string name) => Path.Combine(folder, name);
        TimeUnit unit = TimeUnit.For(content.Results);
        if (rules.Count > 0)
        {
            AccuracyChart.Save(At("accuracy.png"), content.Title, rules, unit);
            AgeChart.Save(At("ages.png"), content.Title, rules);
            WeightChart.Save(At("weights.png"), content.Title, rules);
            CostChart.Save(At("costs.png"), content.Title, rules);
        }

        for (int i = 0; i < rules.Count; i++)
        {
            if (DeviceChart.IsDrawn(rules[i].Runs[0]))
            {
                DeviceChart.Save(At(ReportPage.DevicesName(i)), $"{content.Title}: {rules[i].Rule}", rules[i].Runs[0], unit);
            }

            TimelineChart.Save(At(ReportPage.TimelineName(i)), $"{content.Title}: {rules[i].Rule}", rules[i].Runs[0], content.Devices, unit);
        }

        using (StreamWriter points = File.CreateText(At("points.csv")), jobs = File.CreateText(At("jobs.csv")))
        {
            ResultFile.WritePointsCsv(points, content.Results);
            ResultFile.WriteJobsCsv(jobs, content.Results);
        }

        if (content.Results.Any(run => !run.DeviceEvaluations.IsEmpty))
        {
            using StreamWriter evaluations = File.CreateText(At("evaluations.csv"));
            ResultFile.WriteEvaluationsCsv(evaluations, content.Results);
        }

        File.WriteAllText(At(PageName), page.Text);
    }

    /// <summary>Draws: ScottPlot writes the numbers of an axis in the current culture.</summary>
    private static void InInvariantCulture(Action draw)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            draw();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    /// <summary>Returns whether a folder has a page that is not known to be one of a stopped run.</summary>
    private static bool IsFinished(string folder)
    {
        string page = Path.Combine(folder, PageName);
        return File.Exists(page) && !File.ReadAllText(page).Contains(ReportPage.StoppedNote, StringComparison.Ordinal);
    }

    private static void CheckDevices(ReportContent content)
    {
        int devices = content.Devices.IsDefault ? 0 : content.Devices.Length;
        foreach (SimulationResult run in content.Results)
        {
            foreach (JobRecord job in run.Jobs.Where(job => job.Device < 0 || job.Device >= devices))
            {
                throw new ArgumentException(
                    $"Job {job.Number} of rule '{run.Rule}' with seed {run.Seed} has the device {job.Device}, but the report has {devices} devices. Specify all devices of the runs.", nameof(content));
            }
        }
    }
}
