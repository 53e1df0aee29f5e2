using System.Globalization;
using System.Text;
using Ftte.Markdown;
using Ftte.Simulation.Reports.Charts;
using Ftte.Simulation.Reports.Statistics;

namespace Ftte.Simulation.Reports.Pages;

/// <summary>Represents the page of a report in Markdown.</summary>
internal sealed class ReportPage
{
    /// <summary>The beginning of the paragraph about stopped runs.</summary>
    public const string StoppedNote = "Some runs were stopped before their end, as the table says.";

    /// <summary>Creates the page.</summary>
    /// <param name="content">The content.</param>
    /// <param name="rules">The runs by rule.</param>
    public ReportPage(ReportContent content, List<RuleResults> rules)
    {
        IsPartial = content.Results.Any(run => !run.IsComplete);
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# {MarkdownText.Escape(content.Title)}\n\n");
        foreach (string note in content.Notes)
        {
            page.Append(CultureInfo.InvariantCulture, $"{note}\n\n");
        }

        AddRemarks(page, content, rules);
        page.Append(ReportTable.Of(rules)).Append('\n');
        AddGroups(page, content, rules);
        AddCharts(page, rules);
        Text = page.ToString();
    }

    /// <summary>Gets a value that indicates whether a run of the report was stopped before its end.</summary>
    public bool IsPartial { get; }

    /// <summary>Gets the Markdown.</summary>
    public string Text { get; }

    /// <summary>Gets the name of the file with the evaluations by devices of a rule.</summary>
    public static string DevicesName(int rule) => string.Create(CultureInfo.InvariantCulture, $"devices-{rule + 1}.png");

    /// <summary>Gets the name of the file with the timeline of a rule.</summary>
    public static string TimelineName(int rule) => string.Create(CultureInfo.InvariantCulture, $"timeline-{rule + 1}.png");

    private void AddRemarks(StringBuilder page, ReportContent content, List<RuleResults> rules)
    {
        if (IsPartial)
        {
            page.Append(StoppedNote).Append(" If their rule has complete runs, they are left out of medians, ranges and charts; if it has none, it is not compared with others.\n\n");
        }

        string[] unmeasured = [.. rules.Where(rule => !rule.IsMeasured).Select(rule => MarkdownText.Escape(rule.Rule))];
        if (unmeasured.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"Nothing was measured of {string.Join(", ", unmeasured)}: there was no evaluation.\n\n");
        }

        foreach (SimulationResult run in content.Results.Where(run => run.Ending >= SimulationEnding.NoEligibleDevice))
        {
            page.Append(CultureInfo.InvariantCulture,
                $"{MarkdownText.Escape(run.Rule)} with seed {run.Seed} ended early, because it could not make progress: {MarkdownText.Escape(run.EndingReason ?? run.Ending.ToString())}\n\n");
        }
    }

    private static void AddGroups(StringBuilder page, ReportContent content, List<RuleResults> rules)
    {
        if (rules.Any(rule => rule.Runs.Any(run => !run.Jobs.IsEmpty)))
        {
            page.Append("Costs per device, as means over the devices of a kind and over seeds. \"Took part\" is the share of the devices with an accepted update. The energy follows from the assumed power of the devices.\n\n")
                .Append(GroupTable.Of(rules, content.Devices)).Append('\n');
        }
    }

    private static void AddCharts(StringBuilder page, List<RuleResults> rules)
    {
        if (rules.Count > 0)
        {
            page.Append("![Accuracy over virtual time](accuracy.png)\n\n")
                .Append("A line is the median over seeds, and a band the range. A dot ends a curve whose first run ended before the longest run of all.\n\n")
                .Append("![Memory, payload and computing](costs.png)\n\n![Age of the updates](ages.png)\n\n![Weight of the updates](weights.png)\n");
        }

        for (int i = 0; i < rules.Count; i++)
        {
            if (DeviceChart.IsDrawn(rules[i].Runs[0]))
            {
                page.Append(CultureInfo.InvariantCulture,
                    $"\n![Accuracy on the devices over time: {MarkdownText.Escape(rules[i].Rule)}]({DevicesName(i)})\n\nDevices evaluated versions on examples that they hold back, in the run with seed {rules[i].Runs[0].Seed}. The band reaches from the worst to the best decile of the devices.\n");
            }

            page.Append(CultureInfo.InvariantCulture, $"\n![Jobs of the devices over time: {MarkdownText.Escape(rules[i].Rule)}]({TimelineName(i)})\n");
        }
    }
}
