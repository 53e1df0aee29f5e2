using System.Globalization;
using System.Text;
using Ftte.Markdown;
using ZooLearning.Learning;

namespace ZooLearning.Report;

/// <summary>Writes the rows.</summary>
internal static class ZooTable
{
    /// <summary>Describes a row in a sentence for the console.</summary>
    public static string ToText(ZooRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Network} on {row.Data}, seed {row.Seed}, from {row.Start}, trains {row.Trains}: {100 * row.Before:0.0} % at the start, {100 * row.Central:0.0} % central, {100 * row.Federated:0.0} % after {row.Versions} versions, {row.Refused} updates rejected; {(row.Learns ? "learns" : "DOES NOT LEARN")}");

    /// <summary>Writes all rows as a Markdown table.</summary>
    public static string ToMarkdown(IReadOnlyList<ZooRow> rows)
    {
        var text = new StringBuilder(MarkdownText.Header(["network", "data", "start", "trained", "versions", "chance", "at the start", "central", "federated", "learns"]));
        foreach (ZooRow row in rows)
        {
            string versions = row.Versions.ToString(CultureInfo.InvariantCulture);
            text.Append(MarkdownText.Row([row.Network, row.Data, row.Start, row.Trains, versions, Percent(row.Chance), Percent(row.Before), Percent(row.Central), Percent(row.Federated), row.Learns ? "yes" : "no"]));
        }

        return text.ToString();
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
