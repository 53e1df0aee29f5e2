using System.Globalization;
using System.Text;
using Ftte.Markdown;
using Ftte.Simulation.Reports.Statistics;

namespace Ftte.Simulation.Reports.Pages;

/// <summary>Creates the table of a report in Markdown: a row per rule, with the median and the range over its seeds.</summary>
internal static class ReportTable
{
    private static readonly string[] Columns =
    [
        "rule", "seeds", "time to target", "final accuracy", "stragglers", "jitter", "up, MB", "down, MB", "device memory, KiB", "trips", "wasted computing",
    ];

    /// <summary>Creates the table.</summary>
    /// <param name="rules">The rules. The first one is the reference for the others.</param>
    public static string Of(List<RuleResults> rules)
    {
        TimeUnit unit = TimeUnit.For(rules.SelectMany(rule => rule.All));
        var table = new StringBuilder(MarkdownText.Header(Columns));
        foreach (RuleResults rule in rules)
        {
            table.Append(MarkdownText.Row(Cells(rule, rules[0], unit)));
        }

        return table.ToString();
    }

    private static string[] Cells(RuleResults rule, RuleResults first, TimeUnit unit)
    {
        Spread memory = rule.Of(Memory), up = rule.Of(Up), down = rule.Of(Down);
        return
        [
            rule.Rule,
            Seeds(rule.Runs, unit) + (rule.LeftOut.Any() ? $"; left out: {Seeds([.. rule.LeftOut], unit)}" : ""),
            ToTarget(),
            rule.Of(run => Last(run).Accuracy).Text(Percent),
            rule.Of(run => Last(run).StragglerAccuracy).Text(Percent),
            rule.Of(run => rule.IsMeasured ? run.Jitter : double.NaN).Text(share => Number(100 * share, "0.00")),
            up.Text(Tenths) + Change(up, Reference(Up)),
            down.Text(Tenths) + Change(down, Reference(Down)),
            memory.Text(Whole) + Change(memory, Reference(Memory)),
            rule.Of(run => run.Totals.Trips).Text(Whole),
            rule.Of(run => run.Totals.MultiplyAdds == 0 ? 0 : run.Totals.WastedMultiplyAdds / (double)run.Totals.MultiplyAdds).Text(Percent),
        ];

        string ToTarget()
        {
            int reached = rule.Runs.Count(run => run.TimeToTarget is not null);
            if (!rule.IsMeasured)
            {
                return "-";
            }

            Spread time = rule.Of(Time);
            string share = reached < rule.Runs.Count ? string.Create(CultureInfo.InvariantCulture, $", in {reached} of {rule.Runs.Count}") : "";
            return reached == 0 ? "not reached" : $"{Times(time, unit)}{share}{Change(time, Reference(Time))}";
        }

        double Time(SimulationResult run) => run.TimeToTarget is { } time ? unit.Of(time) : double.NaN;

        Spread? Reference(Func<SimulationResult, double> measure) => ReferenceEquals(rule, first) || rule.IsStopped || first.IsStopped ? null : first.Of(measure);
    }

    private static double Memory(SimulationResult run) => run.Totals.PeakDeviceBytes / 1024.0;

    private static double Up(SimulationResult run) => run.Totals.BytesUp / 1e6;

    private static double Down(SimulationResult run) => run.Totals.BytesDown / 1e6;

    private static string Seeds(IReadOnlyList<SimulationResult> runs, TimeUnit unit)
    {
        Spread stopped = Spread.Of(runs.Where(run => !run.IsComplete).Select(run => unit.Of(run.Duration)));
        return string.Create(CultureInfo.InvariantCulture, $"{runs.Count}{(double.IsNaN(stopped.Median) ? "" : $", stopped after {Times(stopped, unit)}")}");
    }

    private static string Times(Spread times, TimeUnit unit) => $"{times.Text(unit.Seconds > 1 ? Tenths : Whole)} {unit.Symbol}";

    private static ModelQuality Last(SimulationResult run) => run.Points.IsEmpty ? new ModelQuality(double.NaN) : run.Points[^1].Quality;

    private static string Change(Spread value, Spread? reference) => reference is not { } other || double.IsNaN(other.Median) || other.Median == 0 || double.IsNaN(value.Median)
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $", {100 * ((value.Median / other.Median) - 1):+0;-0;±0} %");

    private static string Percent(double share) => Number(100 * share, "0.0") + " %";

    private static string Whole(double value) => Number(value, "#,0");

    private static string Tenths(double value) => Number(value, "#,0.0");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
