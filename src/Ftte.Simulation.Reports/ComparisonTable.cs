using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ftte.Markdown;
using Ftte.Simulation.Reports.Statistics;

namespace Ftte.Simulation.Reports;

/// <summary>Compares rules that were run in one setting: a row per measure, a column per rule, and in each cell the median over seeds with the range and the change.</summary>
/// <remarks>
/// The measures are the accuracy at the start and at the end, the time and the bytes until the target was reached, and the memory on a device; without a target, all bytes of a
/// run instead. Changes are against the rule that comes first. What was not reached with every seed is not compared. Runs that were stopped are left out if their rule has others.
/// Immutable. Numbers are in the invariant culture.
/// </remarks>
public sealed class ComparisonTable
{
    private const string None = "-", NotReached = "not reached";

    private readonly List<RuleResults> _rules;

    private ComparisonTable(List<RuleResults> rules)
    {
        _rules = rules;
        Columns = ["", .. rules.Select(rule => rule.Rule)];
        TimeUnit unit = TimeUnit.For(rules.SelectMany(rule => rule.All));
        double[] targets = [.. rules.SelectMany(rule => rule.Runs).Select(run => run.Target).OfType<double>().Distinct()];
        string target = targets.Length == 1 ? Percent(targets[0]) : "target";
        Rows =
        [
            Row("accuracy at the start", run => Accuracy(run, 0), Percent, compare: null),
            Row("accuracy at the end", run => Accuracy(run, ^1), Percent, Points),
            .. targets.Length == 0 ? [] : new[] { Row($"time to {target}", run => run.TimeToTarget is { } time ? unit.Of(time) : double.NaN, unit.Text, Change, NotReached) },
            targets.Length == 0
                ? Row("bytes, up and down", run => run.Totals.BytesUp + run.Totals.BytesDown, ByteText.Of, Change)
                : Row($"bytes to {target}", run => run.AtTarget is { } point ? point.BytesUp + point.BytesDown : double.NaN, ByteText.Of, Change, NotReached),
            Row("memory on a device", run => run.Totals.PeakDeviceBytes, ByteText.Of, Change),
        ];
    }

    /// <summary>Gets the names of the columns: an empty one for the names of the measures, then the rules in the order in which they come first.</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>Gets the rows, with a cell per column as plain text; the first cell is the name of the measure.</summary>
    public ImmutableArray<ImmutableArray<string>> Rows { get; }

    /// <summary>Compares runs.</summary>
    /// <param name="results">The runs: any number of rules, any number of seeds each. The rule that comes first is the one that others are compared with.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">Two results have the same rule and seed.</exception>
    public static ComparisonTable Of(IEnumerable<SimulationResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return new ComparisonTable(RuleResults.Group(results));
    }

    /// <summary>Creates the table as Markdown.</summary>
    /// <returns>The header and a line per row.</returns>
    public string ToMarkdown()
    {
        var text = new StringBuilder(MarkdownText.Header(Columns));
        foreach (ImmutableArray<string> row in Rows)
        {
            text.Append(MarkdownText.Row(row));
        }

        return text.ToString();
    }

    private static double Accuracy(SimulationResult run, Index point) => run.Points.IsEmpty ? double.NaN : run.Points[point].Quality.Accuracy;

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string Points(double value, double reference) => string.Create(CultureInfo.InvariantCulture, $"{100 * (value - reference):+0.0;-0.0;±0.0} points");

    private static string Change(double value, double reference) =>
        reference == 0 ? None : string.Create(CultureInfo.InvariantCulture, $"{100 * ((value / reference) - 1):+0;-0;±0} %");

    /// <summary>Writes a row.</summary>
    /// <param name="name">The name of the measure.</param>
    /// <param name="measure">The measure of a run; NaN if there is none.</param>
    /// <param name="write">Writes a value.</param>
    /// <param name="compare">Writes the change of the median; null to compare nothing.</param>
    /// <param name="none">The cell of a rule without values.</param>
    private ImmutableArray<string> Row(
        string name, Func<SimulationResult, double> measure, Func<double, string> write, Func<double, double, string>? compare, string none = None)
    {
        return [name, .. _rules.Select(Cell)];

        string Cell(RuleResults rule)
        {
            Spread values = rule.Of(measure);
            int known = Known(rule);
            if (known == 0)
            {
                return none;
            }

            string share = known < rule.Runs.Count ? $", in {known} of {rule.Runs.Count}" : "";
            bool isCompared = compare is not null && rule != _rules[0] && !rule.IsStopped && !_rules[0].IsStopped && share.Length == 0 && Known(_rules[0]) == _rules[0].Runs.Count;
            return values.Text(write) + share + (isCompared ? $", {compare!(values.Median, _rules[0].Of(measure).Median)}" : "");
        }

        int Known(RuleResults rule) => rule.Runs.Count(run => !double.IsNaN(measure(run)));
    }
}
