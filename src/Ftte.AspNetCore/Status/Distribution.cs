namespace Ftte.AspNetCore.Status;

/// <summary>Counts values in bins. Not thread-safe.</summary>
/// <param name="bounds">The upper bound of each bin except the last, inclusive, in ascending order.</param>
/// <param name="labels">The label of each bin; one more than bounds.</param>
internal sealed class Distribution(double[] bounds, string[] labels)
{
    private readonly long[] _counts = new long[labels.Length];

    public void Add(double value)
    {
        int bin = Array.FindIndex(bounds, bound => value <= bound);
        _counts[bin < 0 ? bounds.Length : bin]++;
    }

    /// <summary>Returns the label and the count of each bin.</summary>
    public KeyValuePair<string, long>[] ToArray() => [.. labels.Zip(_counts, KeyValuePair.Create)];
}
