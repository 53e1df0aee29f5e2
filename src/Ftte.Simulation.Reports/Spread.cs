namespace Ftte.Simulation.Reports;

/// <summary>What several seeds gave: the middle and the ends.</summary>
/// <param name="Median">The median.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    /// <summary>Sums values up; those that are not a number are left out, and of none the result is not a number.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(value => !double.IsNaN(value)).Order()];
        return sorted.Length == 0
            ? new Spread(double.NaN, double.NaN, double.NaN)
            : new Spread(SampleMedian.OfSorted(sorted), sorted[0], sorted[^1]);
    }

    /// <summary>Writes the median, and the range if there is one.</summary>
    /// <param name="write">How one number is written.</param>
    public string Text(Func<double, string> write) =>
        double.IsNaN(Median) ? "-" : write(Least) == write(Most) ? write(Median) : $"{write(Median)} ({write(Least)} to {write(Most)})";
}
