using Ftte.State;

namespace Ftte.Aggregation;

/// <summary>What is usual: an exponential average of the medians of recent buffers, fixed while a buffer fills.</summary>
/// <remarks>Because it moves only when a version is published, and by a median, the order within a buffer leaves no trace.</remarks>
internal sealed class RunningReference(double initial = double.NaN)
{
    /// <summary>The fewest values of which a median is not moved at will by one of them.</summary>
    public const int MinForMedian = 3;

    private const double NewestShare = 0.25;
    private readonly double _initial = initial;
    private readonly List<double> _buffer = [];

    /// <summary>Gets the usual value; NaN until there is one.</summary>
    public double Value { get; private set; } = initial;

    /// <summary>Gets whether there is a usual value to compare with: zero says nothing.</summary>
    public bool IsKnown => Value > 0;

    public void Observe(double value) => _buffer.Add(value);

    /// <summary>Moves the reference by what the buffer just published has shown.</summary>
    /// <param name="limit">The most that a value counts as in a buffer too small for a median; NaN for no limit.</param>
    public void Publish(double limit = double.NaN)
    {
        if (_buffer.Count == 0)
        {
            return;
        }

        if (_buffer.Count < MinForMedian && limit > 0)
        {
            for (int i = 0; i < _buffer.Count; i++)
            {
                _buffer[i] = Math.Min(_buffer[i], limit);
            }
        }

        double median = SampleMedian.Compute([.. _buffer]);
        Value = double.IsNaN(Value) ? median : Value + (NewestShare * (median - Value));
        _buffer.Clear();
    }

    /// <summary>Forgets what the current buffer has shown.</summary>
    public void Discard() => _buffer.Clear();

    /// <summary>Starts again.</summary>
    public void Reset()
    {
        _buffer.Clear();
        Value = _initial;
    }

    public void Save(StateWriter writer)
    {
        writer.Double(Value);
        writer.Int32(_buffer.Count);
        foreach (double value in _buffer)
        {
            writer.Double(value);
        }
    }

    public void Load(ref StateReader reader)
    {
        Value = reader.NotNegativeOrNaN("reference");
        int count = reader.Count("number of observed values", sizeof(double));
        for (int i = 0; i < count; i++)
        {
            _buffer.Add(reader.NotNegative("observed value"));
        }
    }
}
