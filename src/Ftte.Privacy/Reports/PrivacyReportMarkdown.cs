using System.Globalization;
using System.Text;

namespace Ftte.Privacy.Reports;

/// <summary>Writes a report as a Markdown page.</summary>
internal static class PrivacyReportMarkdown
{
    public static string Write(PrivacyReport report)
    {
        var page = new StringBuilder();
        Line(page, $"# Privacy of this run\n");
        Line(page, $"State at version {report.Version.Number}.\n");
        List(page, "Who is protected from whom", PrivacyStatements.Protected(report));
        if (report.DifferentialPrivacy is { } privacy)
        {
            Write(page, privacy);
        }

        if (report.SecureAggregation is { } secure)
        {
            Line(page, $"## Secure aggregation\n");
            Line(page, $"| | |\n| --- | --- |");
            Line(page, $"| cohorts completed | {secure.Totals.Completed} |");
            Line(page, $"| cohorts failed | {secure.Totals.Failed} |");
            Line(page, $"| updates in sums | {secure.Totals.Contributions} |");
            Line(page, $"| smallest sum | {secure.Totals.MinContributors} updates |");
            Line(page, $"| members of a full cohort | {secure.CohortSize} |");
            Line(page, $"| threshold | {secure.Threshold} |");
            Line(page, $"| quantization | {secure.Quantization.Bits} bits, step {secure.Quantization.Step:G6} |\n");
        }

        List(page, "What is trusted", PrivacyStatements.Trusted(report));
        List(page, "What is not protected", PrivacyStatements.NotProtected(report));
        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Write(StringBuilder page, DifferentialPrivacySection privacy)
    {
        Line(page, $"## Differential privacy\n");
        Line(page, $"| | |\n| --- | --- |");
        Line(page, $"| unit | {PrivacyStatements.Unit} |");
        Line(page, $"| adjacency | {PrivacyStatements.Adjacency} |");
        Line(page, $"| spent | epsilon {privacy.Spent.Epsilon:F4} at delta {privacy.Spent.Delta:G4}, after {privacy.Spent.Versions} of {privacy.Spent.MaxVersions} versions |");
        Line(page, $"| whole run | epsilon {privacy.EpsilonOfRun:F4} at delta {privacy.Spent.Delta:G4} |");
        Line(page, $"| formula | {PrivacyStatements.Formula} |");
        Line(page, $"| noise multiplier z | {privacy.NoiseMultiplier:G6} |");
        Line(page, $"| sensitivity | {privacy.Sensitivity:G6} |");
        Line(page, $"| noise | {(privacy.Bands == 1 ? "independent" : $"correlated, {privacy.Bands} bands")}, standard deviation {privacy.NoiseMultiplier * privacy.ClippingNorm:G6} per coordinate of a sum{(privacy.Bands == 1 ? "" : " before it is correlated")}, on the lattice of 2^-40 |");
        Line(page, $"| clipping norm | {privacy.ClippingNorm:G6}, {(privacy.IsClippingAdaptive ? $"adaptive, initially {privacy.InitialClippingNorm:G6}" : "fixed")} |");
        Line(page, $"| divisor K | {privacy.Capacity} |");
        Line(page, $"| cap k | {privacy.Limits.MaxParticipations} contributions per client; the most so far are {privacy.MaxContributions} |");
        Line(page, $"| separation b | {privacy.Limits.MinSeparation} versions |");
        Line(page, $"| clients that contributed | {privacy.Clients} |");
        Line(page, $"| sampling | No amplification by sampling is claimed. |\n");
    }

    private static void List(StringBuilder page, string title, IReadOnlyList<string> sentences)
    {
        Line(page, $"## {title}");
        foreach (string sentence in sentences)
        {
            Line(page, $"- {sentence}");
        }

        page.Append('\n');
    }

    private static void Line(StringBuilder page, FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
