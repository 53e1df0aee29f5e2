using System.Collections.Immutable;
using System.Globalization;
using Ftte.Samples.Shared;
using Wearables.Learning;

namespace Wearables.Report;

/// <summary>Creates the tables.</summary>
internal static class WearableTables
{
    public const string Phone = "phone", Watch = "watch";

    private const string None = "-";
    private static readonly int?[] LabeledRecordings = [0, 1, 2, null];

    /// <summary>Creates all tables.</summary>
    public static ImmutableArray<TextTable> Create(IReadOnlyList<MethodResult> results) =>
        [Participants(results), Costs(results), Newcomers(results, Phone), Newcomers(results, Watch), Changes(results)];

    private static TextTable Participants(IReadOnlyList<MethodResult> results) => new(
        "People who took part: accuracy in percent",
        ["method", .. Kinds(kind => [$"{kind}: mean", "median", "worst two", "macro F1"])],
        Rows(results, _ => true, method => Kinds(kind =>
        {
            var group = ScoreGroup.Of(results, method.Name, kind, isNewcomer: false);
            return [Percent(group.Mean), Percent(group.Median), Percent(group.WorstTwo), Percent(group.F1)];
        })));

    private static TextTable Costs(IReadOnlyList<MethodResult> results) => new(
        "Costs of a federation, means over folds and seeds",
        ["method", "virtual time", "bytes up", "bytes down", "memory on a phone", "memory on a watch"],
        Rows(results, method => method.Training is Training.FedAvg or Training.Ftte, method =>
        {
            MethodResult[] own = [.. results.Where(result => result.Method == method.Name)];
            return [Units.Duration(TimeSpan.FromSeconds(own.Average(result => result.Seconds!.Value))), Bytes(result => result.BytesUp), Bytes(result => result.BytesDown), Bytes(result => result.PhoneBytes), Bytes(result => result.WatchBytes)];

            string Bytes(Func<MethodResult, long?> of) => ByteSize.ToText(own.Average(result => of(result)!.Value));
        }));

    private static TextTable Newcomers(IReadOnlyList<MethodResult> results, string kind) => new(
        $"People who took no part, {kind}: accuracy in percent, by the number of labeled recordings",
        ["method", "none", "one", "two", "all", "worst two: none", "one", "two", "all", "macro F1: none", "one", "all"],
        Rows(results, _ => true, method =>
        {
            ScoreGroup[] groups = [.. LabeledRecordings.Select(labeled => ScoreGroup.Of(results, method.Name, kind, isNewcomer: true, labeled))];
            return [.. groups.Select(group => Percent(group.Mean)), .. groups.Select(group => Percent(group.WorstTwo)), Percent(groups[0].F1), Percent(groups[1].F1), Percent(groups[3].F1)];
        }));

    private static TextTable Changes(IReadOnlyList<MethodResult> results) => new(
        "Change from the shared model in points",
        ["method", .. Kinds(kind => [$"{kind}: took part, mean", "lowest", "lowered beyond noise", "newcomer, one recording, mean", "worst two with the shared model"])],
        Rows(results, method => method.IsPersonal || method.Training is Training.Local or Training.Pooled, method => Kinds(kind =>
        {
            ScoreGroup before = ScoreGroup.Of(results, Method.Shared, kind, isNewcomer: false), start = ScoreGroup.Of(results, Method.Shared, kind, isNewcomer: true);
            double[] changes = [.. ScoreGroup.Of(results, method.Name, kind, isNewcomer: false).ChangesFrom(before).Values];
            Dictionary<int, double> gains = ScoreGroup.Of(results, method.Name, kind, isNewcomer: true, labeled: 1).ChangesFrom(start);
            int[] worst = [.. start.Accuracies.OrderBy(person => person.Value).Select(person => person.Key).Where(gains.ContainsKey).Take(2)];
            double noise = before.Noise();
            return
            [
                Points(Mean(changes)),
                Points(changes.DefaultIfEmpty(double.NaN).Min()),
                double.IsNaN(noise) ? None : string.Create(CultureInfo.InvariantCulture, $"{changes.Count(change => change < -noise)} of {changes.Length} (noise {100 * noise:0.0})"),
                Points(Mean(gains.Values)),
                Points(Mean(worst.Select(person => gains[person]))),
            ];
        })));

    private static ImmutableArray<ImmutableArray<string>> Rows(IReadOnlyList<MethodResult> results, Func<Method, bool> isIn, Func<Method, IEnumerable<string>> cells) =>
        [.. Method.All.Where(method => isIn(method) && results.Any(result => result.Method == method.Name)).Select(method => (ImmutableArray<string>)[method.Name, .. cells(method)])];

    private static IEnumerable<string> Kinds(Func<string, IEnumerable<string>> cells) => cells(Phone).Concat(cells(Watch));

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();

    private static string Percent(double share) => double.IsNaN(share) ? None : (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Points(double share) => double.IsNaN(share) ? None : (100 * share).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}
