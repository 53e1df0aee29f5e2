using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ftte.Markdown;
using Ftte.Simulation.Reports.Statistics;

namespace Ftte.Simulation.Reports.Pages;

/// <summary>Creates the table of what a run costs the devices of each group, in Markdown: means per device, over the seeds of a rule.</summary>
internal static class GroupTable
{
    private static readonly string[] Columns = ["rule", "devices", "number", "took part", "jobs", "up, MB", "down, MB", "billion multiply-adds", "energy, J"];

    /// <summary>Creates the table.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="devices">The devices of their runs.</param>
    public static string Of(List<RuleResults> rules, ImmutableArray<SimulatedDevice> devices)
    {
        var table = new StringBuilder(MarkdownText.Header(Columns));
        foreach (RuleResults rule in rules)
        {
            foreach (IGrouping<string, GroupCosts> group in rule.Runs.SelectMany(run => GroupCosts.Of(run, devices)).GroupBy(costs => costs.Group))
            {
                table.Append(MarkdownText.Row(Cells(rule.Rule, group)));
            }
        }

        return table.ToString();
    }

    private static string[] Cells(string rule, IGrouping<string, GroupCosts> group)
    {
        return
        [
            rule,
            group.Key,
            Number(group.First().Devices, "#,0"),
            Number(100 * PerDevice(costs => costs.Contributors), "0") + " %",
            Number(PerDevice(costs => costs.Trips), "#,0.0"),
            Number(PerDevice(costs => costs.BytesUp) / 1e6, "#,0.00"),
            Number(PerDevice(costs => costs.BytesDown) / 1e6, "#,0.00"),
            Number(PerDevice(costs => costs.MultiplyAdds) / 1e9, "#,0.00"),
            PerDevice(costs => costs.Joules) is var joules and > 0 ? Number(joules, "#,0.0") : "-",
        ];

        double PerDevice(Func<GroupCosts, double> value) => group.Average(costs => value(costs) / costs.Devices);
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
