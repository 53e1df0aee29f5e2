namespace Wearables.Report;

/// <summary>Represents a metric of each person: the mean over folds and seeds.</summary>
/// <param name="Values">The value of each person.</param>
internal sealed record PersonMeans(IReadOnlyDictionary<int, double> Values)
{
    /// <summary>Gets the mean over people; NaN without people.</summary>
    public double Mean => Values.Values.DefaultIfEmpty(double.NaN).Average();

    /// <summary>Gets the median over people; NaN without people.</summary>
    public double Median => MedianOf(Values.Values);

    /// <summary>Gets the mean of the two lowest values; NaN without people.</summary>
    public double WorstTwo => Values.Values.Order().Take(2).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Returns the median of values; NaN without values.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
