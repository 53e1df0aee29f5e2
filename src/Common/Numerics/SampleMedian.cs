namespace Ftte;

/// <summary>Computes the median of a sample: the middle value, or the mean of the two middle values.</summary>
/// <remarks>This file is compiled into each project that needs it, so that no library has to publish it.</remarks>
internal static class SampleMedian
{
    /// <summary>Returns the median of at least one value. Sorts the values.</summary>
    public static double Compute(Span<double> values)
    {
        values.Sort();
        return OfSorted(values);
    }

    /// <summary>Returns the median of at least one value. Sorts the values.</summary>
    public static double Compute(Span<float> values)
    {
        values.Sort();
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : ((double)values[middle - 1] + values[middle]) / 2;
    }

    /// <summary>Returns the median of at least one value in ascending order.</summary>
    public static double OfSorted(ReadOnlySpan<double> values)
    {
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
