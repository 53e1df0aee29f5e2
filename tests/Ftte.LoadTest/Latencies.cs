namespace Ftte.LoadTest;

/// <summary>Collects the durations of calls. Not thread-safe.</summary>
internal sealed class Latencies
{
    private readonly List<double> _milliseconds = [];

    public int Count => _milliseconds.Count;

    public void Add(TimeSpan duration) => _milliseconds.Add(duration.TotalMilliseconds);

    public void Add(Latencies other) => _milliseconds.AddRange(other._milliseconds);

    /// <summary>Returns the duration in milliseconds that a share of the calls does not exceed, rounded to microseconds; 0 without calls.</summary>
    public double Quantile(double share)
    {
        _milliseconds.Sort();
        return _milliseconds.Count == 0 ? 0 : Math.Round(_milliseconds[(int)(share * (_milliseconds.Count - 1))], 3);
    }
}
