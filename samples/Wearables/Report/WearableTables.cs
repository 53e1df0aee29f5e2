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
        [.. ((Func<IReadOnlyList<MethodResult>, string, TextTable>[])[Participants, Newcomers, NewcomersF1, Costs]).SelectMany(create => (TextTable[])[create(results, Phone), create(results, Watch)])];

    private static TextTable Participants(IReadOnlyList<MethodResult> results, string kind)
    {
        var shared = ScoreGroup.Of(results, Method.Shared, kind, isNewcomer: false);
        double noise = shared.Noise();
        return new TextTable(
            $"People who took part, {kind}: accuracy in percent, and the change from the shared model in points",
            ["method", "mean", "median", "worst two", "macro F1: mean", "median", "worst two", "mean change", "lowest change", $"lowered by more than {Points(noise, "0.0")}"],
            Rows(results, _ => true, method =>
            {
                var group = ScoreGroup.Of(results, method.Name, kind, isNewcomer: false);
                double[] changes = method.Name == Method.Shared ? [] : [.. group.ChangesFrom(shared).Values];
                string lowered = double.IsNaN(noise) || changes.Length == 0 ? None : $"{changes.Count(change => change < -noise)} of {changes.Length}";
                return [.. Spread(group.Accuracy), .. Spread(group.F1), Points(Mean(changes)), Points(changes.DefaultIfEmpty(double.NaN).Min()), lowered];
            }));
    }

    private static TextTable Newcomers(IReadOnlyList<MethodResult> results, string kind)
    {
        var shared = ScoreGroup.Of(results, Method.Shared, kind, isNewcomer: true);
        return new TextTable(
            $"People who took no part, {kind}: accuracy in percent by the number of labeled recordings, and the gain of one from the shared model in points",
            ["method", "none", "one", "two", "all", "median: none", "one", "all", "worst two: none", "one", "all", "gain of one: mean", "median", "the two with the worst start", "lowest"],
            Rows(results, _ => true, method =>
            {
                ScoreGroup[] groups = [.. LabeledRecordings.Select(labeled => ScoreGroup.Of(results, method.Name, kind, isNewcomer: true, labeled))];
                (ScoreGroup none, ScoreGroup one, ScoreGroup all) = (groups[0], groups[1], groups[3]);
                Dictionary<int, double> gains = one.ChangesFrom(shared);
                IEnumerable<double> worst = shared.Accuracy.Values.OrderBy(person => person.Value).Select(person => person.Key).Where(gains.ContainsKey).Take(2).Select(person => gains[person]);
                return
                [
                    .. groups.Select(group => Percent(group.Accuracy.Mean)),
                    Percent(none.Accuracy.Median), Percent(one.Accuracy.Median), Percent(all.Accuracy.Median),
                    Percent(none.Accuracy.WorstTwo), Percent(one.Accuracy.WorstTwo), Percent(all.Accuracy.WorstTwo),
                    Points(Mean(gains.Values)), Points(PersonMeans.MedianOf(gains.Values)), Points(Mean(worst)), Points(gains.Values.DefaultIfEmpty(double.NaN).Min()),
                ];
            }));
    }

    private static TextTable NewcomersF1(IReadOnlyList<MethodResult> results, string kind) => new(
        $"People who took no part, {kind}: macro F1 in percent by the number of labeled recordings",
        ["method", "none: mean", "median", "worst two", "one: mean", "median", "worst two", "all: mean", "median", "worst two"],
        Rows(results, _ => true, method => ((int?[])[0, 1, null]).SelectMany(labeled => Spread(ScoreGroup.Of(results, method.Name, kind, isNewcomer: true, labeled).F1))));

    private static TextTable Costs(IReadOnlyList<MethodResult> results, string kind) => new(
        $"Costs of a federation, {kind}: means over folds and seeds",
        ["method", "virtual time", "bytes up", "bytes down", "memory on a device"],
        Rows(results, method => method.Training is Training.FedAvg or Training.Ftte, method =>
        {
            MethodResult[] own = [.. results.Where(result => result.Method == method.Name && result.Kind == kind)];
            return own.Length == 0 ? [None, None, None, None]
                : [Units.Duration(TimeSpan.FromSeconds(own.Average(result => result.Seconds!.Value))), Bytes(result => result.BytesUp), Bytes(result => result.BytesDown), Bytes(result => result.DeviceBytes)];

            string Bytes(Func<MethodResult, long?> of) => ByteSize.ToText(own.Average(result => of(result)!.Value));
        }));

    private static ImmutableArray<ImmutableArray<string>> Rows(IReadOnlyList<MethodResult> results, Func<Method, bool> isIn, Func<Method, IEnumerable<string>> cells) =>
        [.. Method.All.Where(method => isIn(method) && results.Any(result => result.Method == method.Name)).Select(method => (ImmutableArray<string>)[method.Name, .. cells(method)])];

    private static string[] Spread(PersonMeans people) => [Percent(people.Mean), Percent(people.Median), Percent(people.WorstTwo)];

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();

    private static string Percent(double share) => double.IsNaN(share) ? None : (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Points(double share, string format = "+0.0;-0.0;0.0") => double.IsNaN(share) ? None : (100 * share).ToString(format, CultureInfo.InvariantCulture);
}
