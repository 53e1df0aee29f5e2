using Wearables.Learning;
using Wearables.Report;

namespace Ftte.Samples.Tests.Wearables;

public class WearableTablesTests
{
    [Fact]
    public void People_count_the_same_whatever_the_number_of_their_runs()
    {
        MethodResult[] results = [Result(1, Method.Shared, (1, 0.6), (2, 0.9)), Result(2, Method.Shared, (1, 0.8)), Result(3, Method.Shared, (3, 0.95))];

        var group = ScoreGroup.Of(results, Method.Shared, "phone", isNewcomer: false);

        Assert.Equal(0.85, group.Accuracy.Mean, 1e-9);
        Assert.Equal(0.9, group.Accuracy.Median, 1e-9);
        Assert.Equal(0.8, group.Accuracy.WorstTwo, 1e-9);
        Assert.Empty(ScoreGroup.Of(results, Method.Shared, "watch", isNewcomer: false).Accuracy.Values);
        Assert.Empty(ScoreGroup.Of(results, Method.Shared, "phone", isNewcomer: true).Accuracy.Values);
    }

    [Fact]
    public void Noise_is_twice_the_standard_error_of_a_difference_of_means()
    {
        // A variance of 0.02 over two runs: 2 * sqrt(2 * 0.02 / 2).
        MethodResult[] results = [Result(1, Method.Shared, (1, 0.7)), Result(2, Method.Shared, (1, 0.9))];

        Assert.Equal(2 * Math.Sqrt(0.02), ScoreGroup.Of(results, Method.Shared, "phone", isNewcomer: false).Noise(), 1e-9);
        Assert.Equal(double.NaN, ScoreGroup.Of(results[..1], Method.Shared, "phone", isNewcomer: false).Noise());
    }

    [Fact]
    public void A_person_whose_model_became_worse_than_noise_is_counted()
    {
        MethodResult[] results =
        [
            Result(1, Method.Shared, (1, 0.9), (2, 0.9)), Result(2, Method.Shared, (1, 0.92), (2, 0.92)),
            Result(1, "Ditto", (1, 0.7), (2, 0.95)), Result(2, "Ditto", (1, 0.7), (2, 0.95)),
        ];

        TextTable table = WearableTables.Create(results)[0];

        Assert.Equal(["Ditto", "82.5", "82.5", "82.5", "50.0", "50.0", "50.0", "-8.5", "-21.0", "1 of 2"], [.. table.Rows[1]]);
    }

    [Fact]
    public void The_gain_of_the_worst_start_is_that_of_the_two_people_with_the_lowest_shared_accuracy()
    {
        MethodResult[] results =
        [
            Newcomers(Method.Shared, labeled: 0, (1, 0.5), (2, 0.6), (3, 0.9), (4, 0.9)),
            Newcomers("Ditto", labeled: 1, (1, 0.9), (2, 0.7), (3, 0.9), (4, 0.8)),
        ];

        TextTable table = WearableTables.Create(results)[2];

        Assert.Equal(["+10.0", "+5.0", "+25.0", "-10.0"], [.. table.Rows[1].TakeLast(4)]);
        Assert.Contains("| Ditto |", table.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Macro_F1_has_the_mean_the_median_and_the_worst_two_of_people()
    {
        MethodResult[] results = [WithF1(isNewcomer: false, labeled: null, 0.2, 0.4, 0.8, 1), WithF1(isNewcomer: true, labeled: 0, 0.1, 0.3, 0.9), WithF1(isNewcomer: true, labeled: 1, 0.5, 0.6, 0.7)];

        var tables = WearableTables.Create(results);

        Assert.Equal(["60.0", "60.0", "30.0"], [.. tables[0].Rows[0].AsSpan(4, 3)]);
        Assert.Equal([Method.Shared, "43.3", "30.0", "20.0", "60.0", "60.0", "55.0", "-", "-", "-"], [.. tables[4].Rows[0]]);
    }

    private static MethodResult WithF1(bool isNewcomer, int? labeled, params double[] values) =>
        new("", 1, 0, "phone", Method.Shared, 1, 1, 1, 1, [.. values.Select((f1, person) => new Score(person, isNewcomer, labeled, 0.5, f1))]);

    private static MethodResult Result(ulong seed, string method, params (int Person, double Accuracy)[] scores) =>
        new("", seed, 0, "phone", method, 1, 1, 1, 1, [.. scores.Select(score => new Score(score.Person, IsNewcomer: false, Labeled: null, score.Accuracy, 0.5))]);

    private static MethodResult Newcomers(string method, int labeled, params (int Person, double Accuracy)[] scores) =>
        new("", 1, 0, "phone", method, 1, 1, 1, 1, [.. scores.Select(score => new Score(score.Person, IsNewcomer: true, labeled, score.Accuracy, 0.5))]);
}
