using System.Collections.Immutable;

namespace Ftte;

/// <summary>Represents the evaluation of one version by devices, on examples that they hold back.</summary>
/// <remarks>The statistics have the same bits in every arrival order of the answers. Immutable and safe to share between threads.</remarks>
public sealed class FederatedEvaluation
{
    private readonly double[] _weights;

    /// <summary>Creates an evaluation from its answers.</summary>
    /// <param name="version">The version.</param>
    /// <param name="requested">The number of answers that were requested.</param>
    /// <param name="metrics">The metrics, at least one.</param>
    /// <param name="answers">The answers, with one finite value per metric and at least one example each.</param>
    /// <param name="exampleCap">The maximum weight of an answer as a multiple of the median example count; see <see cref="EvaluationOptions.ExampleCap"/>.</param>
    /// <exception cref="ArgumentException">There are no metrics, an answer is not valid, or two answers are from the same client.</exception>
    public FederatedEvaluation(ModelVersion version, int requested, ImmutableArray<EvaluationMetric> metrics, IEnumerable<EvaluationAnswer> answers, double exampleCap = EvaluationOptions.DefaultExampleCap)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (metrics.IsDefaultOrEmpty)
        {
            throw new ArgumentException("There are no metrics. Specify at least one.", nameof(metrics));
        }

        (Version, RequestedAnswers, Metrics, ExampleCap) = (version, requested, metrics, exampleCap);
        Answers = [.. answers.OrderBy(answer => answer.Client.Value, StringComparer.Ordinal)];
        for (int i = 0; i < Answers.Length; i++)
        {
            Check(Answers[i], i == 0 ? null : Answers[i - 1]);
        }

        _weights = GetWeights(exampleCap);
        Groups = [.. Answers.Select(answer => answer.Group).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Gets the version that was evaluated.</summary>
    public ModelVersion Version { get; }

    /// <summary>Gets the number of answers that were requested.</summary>
    public int RequestedAnswers { get; }

    /// <summary>Gets the metrics, in the order of the values of an answer.</summary>
    public ImmutableArray<EvaluationMetric> Metrics { get; }

    /// <summary>Gets the maximum weight of an answer in a mean, as a multiple of the median example count.</summary>
    public double ExampleCap { get; }

    /// <summary>Gets the answers, in the order of the client IDs.</summary>
    public ImmutableArray<EvaluationAnswer> Answers { get; }

    /// <summary>Gets the names of the groups, in ordinal order.</summary>
    public ImmutableArray<string> Groups { get; }

    /// <summary>Gets a value that indicates whether at least half of the requested devices answered.</summary>
    /// <value>A few dishonest devices can determine the statistics of fewer answers, so these do not count for the best version and for early stopping.</value>
    public bool IsConclusive => Answers.Length > 0 && Answers.Length >= RequestedAnswers - Answers.Length;

    /// <summary>Returns the statistics of a metric over all answers, or over those of a group.</summary>
    /// <param name="metric">The name of the metric.</param>
    /// <param name="group">The name of a group; null for all answers.</param>
    /// <returns>The statistics; null if there is no answer.</returns>
    /// <exception cref="ArgumentException">There is no metric with this name.</exception>
    public MetricStatistics? GetStatistics(string metric, string? group = null)
    {
        int index = EvaluationOptions.IndexOf(Metrics, metric);
        int[] counted = [.. Enumerable.Range(0, Answers.Length).Where(i => group is null || Answers[i].Group == group)];
        return counted.Length == 0 ? null : new MetricStatistics([.. counted.Select(i => (double)Answers[i].Values[index])], [.. counted.Select(i => _weights[i])]);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Version}: {Answers.Length} of {RequestedAnswers} answers: {string.Join("; ", Metrics.Select(metric => $"{metric.Name} {GetStatistics(metric.Name)}"))}";

    private void Check(EvaluationAnswer answer, EvaluationAnswer? before)
    {
        if (answer.Values.IsDefault || answer.Values.Length != Metrics.Length || answer.ExampleCount < 1 || answer.Values.Any(value => !float.IsFinite(value)))
        {
            throw new ArgumentException($"The answer of '{answer.Client}' is not valid. Specify {Metrics.Length} finite values and at least one example.", nameof(answer));
        }

        if (answer.Client == before?.Client)
        {
            throw new ArgumentException($"Two answers are from '{answer.Client}'. Specify one answer per client.", nameof(answer));
        }
    }

    /// <summary>Caps the example counts by their median. Of fewer than three answers, none can be told apart from a false one, so the smallest count limits all.</summary>
    private double[] GetWeights(double cap)
    {
        const int MinForMedian = 3;
        double[] counts = [.. Answers.Select(answer => (double)answer.ExampleCount)];
        double reference = counts.Length < MinForMedian ? counts.DefaultIfEmpty().Min() : SampleMedian.Compute([.. counts]);
        return [.. counts.Select(count => Math.Min(count, cap * reference))];
    }
}
