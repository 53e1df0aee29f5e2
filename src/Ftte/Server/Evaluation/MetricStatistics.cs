using System.Globalization;

namespace Ftte;

/// <summary>Represents the statistics of one metric over the answers of devices.</summary>
/// <remarks>Immutable and safe to share between threads.</remarks>
public sealed class MetricStatistics
{
    private readonly double[] _sorted;

    /// <param name="values">The value of each answer; at least one.</param>
    /// <param name="weights">The weight of each answer, positive.</param>
    internal MetricStatistics(double[] values, double[] weights)
    {
        double sum = 0, total = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += weights[i] * values[i];
            total += weights[i];
        }

        _sorted = [.. values];
        Array.Sort(_sorted);

        // Rounding must not move the mean of equal values outside of their range.
        Mean = Math.Clamp(sum / total, _sorted[0], _sorted[^1]);
    }

    /// <summary>Gets the number of answers.</summary>
    public int Count => _sorted.Length;

    /// <summary>Gets the mean, weighted by capped example counts; see <see cref="EvaluationOptions.ExampleCap"/>.</summary>
    /// <value>False answers move it, within the range of the metric. To be safe against them, use a quantile.</value>
    public double Mean { get; }

    /// <summary>Returns a quantile over devices: the k-th smallest of n values, with k = ceil(level n), at least 1. Every device counts once.</summary>
    /// <param name="level">The level, in [0, 1]: 0.5 for the median, 0.1 for the worst decile of an accuracy.</param>
    /// <returns>The value of one of the devices.</returns>
    /// <remarks>
    /// If f of the n answers are false, the result lies between the (k-f)-th and the k-th smallest honest value, or the minimum and maximum if there is none. With
    /// f at most <see cref="GetMaxFalseAnswers"/>, it therefore lies in the range of the honest values; for the median, with any f below n / 2.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The level is not in [0, 1].</exception>
    public double GetQuantile(double level) => _sorted[GetRank(level) - 1];

    /// <summary>Returns the maximum number of false answers with which a quantile still lies in the range of the honest values: min(k - 1, n - k).</summary>
    /// <param name="level">The level, in [0, 1].</param>
    /// <returns>The number of answers. With one more, the false answers can choose the quantile.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is not in [0, 1].</exception>
    public int GetMaxFalseAnswers(double level)
    {
        int rank = GetRank(level);
        return Math.Min(rank - 1, Count - rank);
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"mean {Mean:G4}, median {GetQuantile(0.5):G4} of {Count}");

    private int GetRank(double level)
    {
        if (!(level >= 0 && level <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level of a quantile must lie in [0, 1].");
        }

        // Rounded first, because 0.1 * 30 is a little more than 3 in floating point.
        return Math.Clamp((int)Math.Ceiling(Math.Round(level * Count, 9)), 1, Count);
    }
}
