using System.Collections.Immutable;
using System.Globalization;
using Wearables.Report;

namespace Wearables.Privacy;

/// <summary>Creates the tables of the privacy scenario.</summary>
internal static class PrivacyTables
{
    /// <summary>Creates the tables.</summary>
    public static ImmutableArray<TextTable> Create(ImmutableArray<PrivacySetting> settings, PrivacyResults results) =>
        [CreateAccuracy(settings, results), CreateNoise(settings, results), CreateCosts(settings, results)];

    private static TextTable CreateAccuracy(ImmutableArray<PrivacySetting> settings, PrivacyResults results)
    {
        double[] budgets = [.. settings.Select(setting => setting.Epsilon).OfType<double>().Distinct().Order()];
        string[] shares = [.. settings.Where(setting => setting.IsPrivate).Select(setting => setting.Share).Distinct()];
        return new TextTable(
            "Accuracy in percent by epsilon: mean over the seeds (lowest to highest)",
            ["trained", "parameters", "noise", .. budgets.Select(budget => Text($"epsilon {budget}"))],
            [
                .. from share in shares
                   from noise in new[] { NoiseKind.Independent, NoiseKind.Banded }
                   let rows = settings.Where(setting => setting.Share == share && setting.Noise == noise).OrderBy(setting => setting.Epsilon).ToArray()
                   select (ImmutableArray<string>)[share, Text($"{results[rows[0]][0].Parameters:N0}"), $"{noise}".ToLowerInvariant(), .. rows.Select(row => Spread(results, row))],
                .. shares.Select(share => settings.First(setting => setting.Share == share && setting.Noise == NoiseKind.None)).Select(none =>
                    (ImmutableArray<string>)[none.Share, Text($"{results[none][0].Parameters:N0}"), "none, clipped", Spread(results, none), .. Enumerable.Repeat("-", budgets.Length - 1)]),
                ["start model", "-", "-", Text($"{100 * results.Mean(settings[0], row => row.Start):0.0}"), .. Enumerable.Repeat("-", budgets.Length - 1)],
            ]);
    }

    private static TextTable CreateNoise(ImmutableArray<PrivacySetting> settings, PrivacyResults results) => new(
        "What follows from the budgets: means over the seeds",
        ["setting", "clients", "versions", "most contributions", "clipping norm", "z", "newcomers' accuracy, %"],
        [
            .. settings.Where(setting => setting.IsPrivate).Select(setting => (ImmutableArray<string>)
            [
                setting.Name,
                Text($"{results.Mean(setting, row => row.Clients):0}"),
                Text($"{results.Mean(setting, row => row.Versions):0}"),
                Text($"{results[setting].Max(row => row.MaxContributions)}"),
                Text($"{results.Mean(setting, row => row.ClippingNorm ?? 0):0.000}"),
                setting.Noise == NoiseKind.None ? "-" : Text($"{results.Mean(setting, row => row.NoiseMultiplier ?? 0):0.00}"),
                Text($"{100 * results.Mean(setting, row => row.Newcomers):0.0}"),
            ]),
        ]);

    private static TextTable CreateCosts(ImmutableArray<PrivacySetting> settings, PrivacyResults results) => new(
        "Cost of secure aggregation: means over the seeds; bytes and waiting per accepted update",
        ["setting", "cohorts", "failed", "members that left, %", "kB up", "kB down", "wait, s", "steps of a cohort, s", "virtual time, s", "accuracy, %"],
        [
            .. settings.Where(setting => !setting.IsPrivate).Select(setting => (ImmutableArray<string>)
            [
                setting.Name,
                Cell(results, setting, row => row.Cohorts?.Completed + row.Cohorts?.Failed),
                Cell(results, setting, row => row.Cohorts?.Failed),
                Cell(results, setting, row => 100.0 * row.Cohorts?.Left / row.Cohorts?.Members),
                Cell(results, setting, row => row.BytesUp / 1000.0 / row.Accepted),
                Cell(results, setting, row => row.BytesDown / 1000.0 / row.Accepted),
                Cell(results, setting, row => row.Cohorts?.WaitingSeconds / row.Accepted),
                Cell(results, setting, row => row.Cohorts?.StepSeconds / (row.Cohorts?.Completed + row.Cohorts?.Failed)),
                Cell(results, setting, row => row.Seconds),
                Cell(results, setting, row => 100 * row.Accuracy),
            ]),
        ]);

    /// <summary>Formats the mean of a figure; a dash if the setting does not have it.</summary>
    private static string Cell(PrivacyResults results, PrivacySetting setting, Func<PrivacyRow, double?> figure) =>
        results[setting].Any(row => figure(row) is null) ? "-" : Text($"{results.Mean(setting, row => figure(row)!.Value):0.0}");

    private static string Spread(PrivacyResults results, PrivacySetting setting)
    {
        (double lowest, double highest) = results.Range(setting, row => row.Accuracy);
        return Text($"{100 * results.Mean(setting, row => row.Accuracy):0.0} ({100 * lowest:0.0} to {100 * highest:0.0})");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
