namespace Ftte;

/// <summary>What is usual: an exponential average of the medians of recent buffers, fixed while a buffer fills.</summary>
/// <remarks>Because it moves only when a version is published, and by a median, the order within a buffer leaves no trace.</remarks>
internal sealed class RunningReference(double initial = double.NaN)
{
    private const double NewestShare = 0.25;
    private readonly List<double> _buffer = [];

    /// <summary>Gets the usual value; NaN until there is one.</summary>
    public double Value { get; private set; } = initial;

    public void Observe(double value) => _buffer.Add(value);

    public void Publish()
    {
        if (_buffer.Count == 0)
        {
            return;
        }

        _buffer.Sort();
        int middle = _buffer.Count / 2;
        double median = _buffer.Count % 2 == 1 ? _buffer[middle] : (_buffer[middle - 1] + _buffer[middle]) / 2;
        Value = double.IsNaN(Value) ? median : Value + (NewestShare * (median - Value));
        _buffer.Clear();
    }
}
