using System.Globalization;
using System.Text;

namespace Ftte.Simulation.Reports;

/// <summary>Writes a report: a page of Markdown, the charts that it shows, and the numbers behind them as CSV.</summary>
public static class SimulationReport
{
    /// <summary>Writes everything into a folder; files of earlier reports are overwritten.</summary>
    /// <param name="folder">The folder; made if it is not there.</param>
    /// <param name="content">What the report is about.</param>
    /// <exception cref="ArgumentException">Two results are of one rule and seed, or a job is of a device that is not there; nothing is written.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(string folder, ReportContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        List<RuleResults> rules = RuleResults.Group(content.Results);
        CheckDevices(content);
        Directory.CreateDirectory(folder);
        string At(string name) => Path.Combine(folder, name);
        if (rules.Count > 0)
        {
            AccuracyChart.Save(At("accuracy.png"), content.Title, rules, point => point.Quality.Accuracy, "test accuracy");
            AgeChart.Save(At("ages.png"), content.Title, rules);
            WeightChart.Save(At("weights.png"), content.Title, rules);
            CostChart.Save(At("costs.png"), content.Title, rules);
        }

        for (int i = 0; i < rules.Count; i++)
        {
            TimelineChart.Save(At(TimelineName(i)), $"{content.Title}: {rules[i].Rule}", rules[i].Runs[0], content.Devices);
        }

        using (StreamWriter points = File.CreateText(At("points.csv")), jobs = File.CreateText(At("jobs.csv")))
        {
            ResultFile.WritePointsCsv(points, content.Results);
            ResultFile.WriteJobsCsv(jobs, content.Results);
        }

        File.WriteAllText(At("report.md"), Page(content, rules));
    }

    /// <summary>Gives the table alone: a line per rule, median and range over its seeds, as Markdown.</summary>
    /// <param name="results">The runs; the rule that comes first is the one that others are compared with.</param>
    /// <returns>The table. Runs that were stopped are left out where their rule has others, which the second column says.</returns>
    /// <exception cref="ArgumentException">Two results are of one rule and seed.</exception>
    public static string Table(IEnumerable<SimulationResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return Table(RuleResults.Group(results));
    }

    private static void CheckDevices(ReportContent content)
    {
        int devices = content.Devices.IsDefault ? 0 : content.Devices.Length;
        foreach (SimulationResult run in content.Results)
        {
            foreach (JobRecord job in run.Jobs.Where(job => job.Device < 0 || job.Device >= devices))
            {
                throw new ArgumentException(
                    $"Job {job.Number} of rule '{run.Rule}' with seed {run.Seed} is of device {job.Device}, and the report has {devices} devices; give all devices of the runs.", nameof(content));
            }
        }
    }

    private static string TimelineName(int rule) => $"timeline-{rule + 1}.png";

    private static string Page(ReportContent content, List<RuleResults> rules)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# {content.Title}\n\n");
        foreach (string note in content.Notes)
        {
            page.Append(CultureInfo.InvariantCulture, $"{note}\n\n");
        }

        if (content.Results.Any(run => !run.IsComplete))
        {
            page.Append("Some runs were stopped before their end, as the table says. Where their rule has runs that came to theirs, they are left out of medians, ranges and charts; where it has none, it is not compared with others.\n\n");
        }

        string[] unmeasured = [.. rules.Where(rule => !rule.IsMeasured).Select(rule => rule.Rule)];
        if (unmeasured.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"Nothing was measured of {string.Join(", ", unmeasured)}: there was no evaluation.\n\n");
        }

        string[] deserted = [.. content.Results.Where(run => run.Ending == SimulationEnding.Nobody).Select(run => run.Rule).Distinct()];
        if (deserted.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"Not all runs of {string.Join(", ", deserted)} came as far as they might: at the end nobody was at work, and nobody could be given any.\n\n");
        }

        page.Append(Table(rules)).Append('\n');
        if (rules.Count > 0)
        {
            page.Append("![Accuracy over virtual time](accuracy.png)\n\n![Memory, payload and computing](costs.png)\n\n![How old updates were](ages.png)\n\n![How much updates counted](weights.png)\n");
        }

        for (int i = 0; i < rules.Count; i++)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n![What devices did when: {rules[i].Rule}]({TimelineName(i)})\n");
        }

        return page.ToString();
    }

    private static string Table(List<RuleResults> rules)
    {
        var table = new StringBuilder();
        table.Append("| rule | seeds | time to target | final accuracy | stragglers | jitter | up, MB | down, MB | device memory, KiB | trips | wasted computing |\n");
        table.Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (RuleResults rule in rules)
        {
            int reached = rule.Runs.Count(run => run.TimeToTarget is not null);
            Spread time = rule.Of(run => run.TimeToTarget?.TotalSeconds ?? double.NaN);
            string toTarget = !rule.IsMeasured ? "-" : reached == 0 ? "not reached" : $"{time.Text(Whole)} s{(reached < rule.Runs.Count ? $", in {reached} of {rule.Runs.Count}" : "")}{Change(time, Reference(run => run.TimeToTarget?.TotalSeconds ?? double.NaN))}";
            Spread memory = rule.Of(run => run.Totals.PeakDeviceBytes / 1024.0);
            Spread up = rule.Of(run => run.Totals.BytesUp / 1e6), down = rule.Of(run => run.Totals.BytesDown / 1e6);
            string[] cells =
            [
                rule.Rule,
                Seeds(rule.Runs) + (rule.LeftOut.Any() ? $"; left out: {Seeds([.. rule.LeftOut])}" : ""),
                toTarget,
                rule.Of(run => Last(run).Accuracy).Text(Percent),
                rule.Of(run => Last(run).StragglerAccuracy).Text(Percent),
                rule.Of(run => rule.IsMeasured ? run.Jitter : double.NaN).Text(share => Number(100 * share, "0.00")),
                up.Text(Tenths) + Change(up, Reference(run => run.Totals.BytesUp / 1e6)),
                down.Text(Tenths) + Change(down, Reference(run => run.Totals.BytesDown / 1e6)),
                memory.Text(Whole) + Change(memory, Reference(run => run.Totals.PeakDeviceBytes / 1024.0)),
                rule.Of(run => run.Totals.Trips).Text(Whole),
                rule.Of(run => run.Totals.MultiplyAdds == 0 ? 0 : run.Totals.WastedMultiplyAdds / (double)run.Totals.MultiplyAdds).Text(Percent),
            ];
            table.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");

            Spread? Reference(Func<SimulationResult, double> measure) => ReferenceEquals(rule, rules[0]) || rule.IsStopped || rules[0].IsStopped ? null : rules[0].Of(measure);
        }

        return table.ToString();
    }

    private static string Seeds(IReadOnlyList<SimulationResult> runs)
    {
        Spread stopped = Spread.Of(runs.Where(run => !run.IsComplete).Select(run => run.Duration.TotalSeconds));
        return $"{runs.Count}{(double.IsNaN(stopped.Median) ? "" : $", stopped after {stopped.Text(Whole)} s")}";
    }

    private static ModelQuality Last(SimulationResult run) => run.Points.IsEmpty ? new ModelQuality(double.NaN) : run.Points[^1].Quality;

    private static string Change(Spread value, Spread? reference) => reference is not { } other || double.IsNaN(other.Median) || other.Median == 0 || double.IsNaN(value.Median)
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $", {100 * ((value.Median / other.Median) - 1):+0;-0;±0} %");

    private static string Percent(double share) => Number(100 * share, "0.0") + " %";

    private static string Whole(double value) => Number(value, "#,0");

    private static string Tenths(double value) => Number(value, "#,0.0");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
