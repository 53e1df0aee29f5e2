namespace Ftte.Simulation.Reports.Statistics;

/// <summary>Represents the median and the range of a value over seeds.</summary>
/// <param name="Median">The median.</param>
/// <param name="Min">The minimum.</param>
/// <param name="Max">The maximum.</param>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    /// <summary>Computes the spread of values. NaN values are left out; without any other value, the result is NaN.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(value => !double.IsNaN(value)).Order()];
        return sorted.Length == 0
            ? new Spread(double.NaN, double.NaN, double.NaN)
            : new Spread(SampleMedian.OfSorted(sorted), sorted[0], sorted[^1]);
    }

    /// <summary>Formats the median, and the range if there is one.</summary>
    /// <param name="format">Formats one number.</param>
    public string Text(Func<double, string> format) =>
        double.IsNaN(Median) ? "-" : format(Min) == format(Max) ? format(Median) : $"{format(Median)} ({format(Min)} to {format(Max)})";
}
