using System.Collections.Immutable;
using CsCheck;

namespace Ftte.Tests;

/// <summary>The statistics of the answers to an evaluation.</summary>
public sealed class FederatedEvaluationTests
{
    private static readonly double[] Levels = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

    [Fact]
    public void False_answers_up_to_the_stated_number_leave_every_quantile_in_the_range_of_the_honest_ones() =>
        Gen.Select(Gen.Float[0, 1].Array[1, 40], Gen.OneOf(Gen.Float[0, 1], Gen.Int[0, 1].Select(value => (float)value)).Array[0, 40]).Sample((honest, lies) =>
        {
            MetricStatistics statistics = Accuracy([.. honest, .. lies]);
            float[] sorted = [.. honest.Order()];
            foreach (double level in Levels)
            {
                int n = honest.Length + lies.Length, k = Math.Clamp((int)Math.Ceiling(Math.Round(level * n, 9)), 1, n);
                double quantile = statistics.GetQuantile(level);
                Assert.Equal(Math.Min(k - 1, n - k), statistics.GetMaxFalseAnswers(level));
                if (lies.Length <= statistics.GetMaxFalseAnswers(level))
                {
                    Assert.InRange(quantile, sorted[k - lies.Length - 1], sorted[k - 1]);
                }
            }
        });

    [Fact]
    public void With_fewer_than_half_false_answers_the_median_is_in_the_range_of_the_honest_ones() =>
        Gen.Select(Gen.Float[0, 1].Array[1, 40], Gen.Float[0, 1].Array[0, 39], Gen.Bool).Sample((honest, drawn, extreme) =>
        {
            float[] lies = [.. drawn.Take(honest.Length - 1).Select(value => extreme ? MathF.Round(value) : value)];
            Assert.InRange(Accuracy([.. honest, .. lies]).GetQuantile(0.5), honest.Min(), honest.Max());
        });

    [Fact]
    public void With_one_more_false_answer_a_quantile_can_leave_the_range() => Gen.Int[1, 40].Sample(n =>
    {
        foreach (double level in Levels)
        {
            int f = Accuracy(new float[n]).GetMaxFalseAnswers(level) + 1;
            float[] low = [.. Enumerable.Range(0, n).Select(i => i < f ? 0f : 0.5f)], high = [.. Enumerable.Range(0, n).Select(i => i < f ? 1f : 0.5f)];
            Assert.True(Accuracy(low).GetQuantile(level) == 0 || Accuracy(high).GetQuantile(level) == 1);
        }
    });

    [Fact]
    public void One_claimed_example_count_cannot_dominate_the_mean()
    {
        EvaluationAnswer[] answers = [.. Enumerable.Range(0, 20).Select(i => Answer($"d{i:00}", 100, 0.5f)), Answer("liar", int.MaxValue, 0)];

        Assert.Equal(0.5 * 20 / 30, Evaluate([.. answers]).GetStatistics("accuracy")!.Mean, 1e-12);
        Assert.Equal(0.5 / 2, Evaluate([Answer("a", 100, 0.5f), Answer("liar", int.MaxValue, 0)], cap: 1).GetStatistics("accuracy")!.Mean, 1e-12);
    }

    [Fact]
    public void The_mean_is_weighted_by_examples() =>
        Assert.Equal(((0.25 * 10) + (0.5 * 20) + (1 * 30)) / 60, Evaluate([Answer("a", 10, 0.25f), Answer("b", 20, 0.5f), Answer("c", 30, 1)]).GetStatistics("accuracy")!.Mean, 1e-12);

    [Fact]
    public void The_order_of_the_answers_changes_no_bit() => Gen.Select(Gen.Float[0, 1], Gen.Int[1, 1000]).Array[1, 30].SelectMany(values => Gen.Shuffle(values.Select((value, i) => Answer($"d{i}", value.Item2, value.Item1)).ToArray()).Select(shuffled => (values, shuffled))).Sample(pair =>
    {
        MetricStatistics expected = Evaluate([.. pair.values.Select((value, i) => Answer($"d{i}", value.Item2, value.Item1))]).GetStatistics("accuracy")!;
        MetricStatistics actual = Evaluate([.. pair.shuffled]).GetStatistics("accuracy")!;
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected.Mean), BitConverter.DoubleToInt64Bits(actual.Mean));
        Assert.Equal(expected.GetQuantile(0.5), actual.GetQuantile(0.5));
    });

    [Fact]
    public void A_group_has_statistics_of_its_own()
    {
        FederatedEvaluation evaluation = Evaluate([Answer("a", 1, 0.2f, "watch"), Answer("b", 1, 0.4f, "watch"), Answer("c", 1, 0.9f, "phone"), Answer("d", 1, 1)]);

        Assert.Equal(["phone", "watch"], evaluation.Groups.AsEnumerable());
        Assert.Equal(2, evaluation.GetStatistics("accuracy", "watch")!.Count);
        Assert.Equal(0.3, evaluation.GetStatistics("accuracy", "watch")!.Mean, 1e-6);
        Assert.Equal(4, evaluation.GetStatistics("accuracy")!.Count);
        Assert.Null(evaluation.GetStatistics("accuracy", "sensor"));
        Assert.Contains("There is no metric 'f1'. Specify one of: accuracy.", Assert.Throws<ArgumentException>(() => evaluation.GetStatistics("f1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_answer_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Evaluate([Answer("a", 0, 1)]));
        Assert.Throws<ArgumentException>(() => Evaluate([Answer("a", 1, float.NaN)]));
        Assert.Throws<ArgumentException>(() => Evaluate([Answer("a", 1, 1), Answer("a", 1, 1)]));
        Assert.Throws<ArgumentException>(() => Evaluate([Answer("a", 1, 1) with { Values = [1, 2] }]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Accuracy([1]).GetQuantile(double.NaN));
    }

    private static MetricStatistics Accuracy(float[] values) => Evaluate([.. values.Select((value, i) => Answer($"d{i}", 1, value))]).GetStatistics("accuracy")!;

    private static EvaluationAnswer Answer(string client, int examples, float value, string? group = null) => new(new ClientId(client), group, examples, [value]);

    private static FederatedEvaluation Evaluate(ImmutableArray<EvaluationAnswer> answers, double cap = 10) =>
        new(new ModelVersion(1), answers.Length, [EvaluationMetric.Accuracy], answers, cap);
}
