using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Represents a reference value: an exponential average of the medians of recent buffers, constant while a buffer fills.</summary>
/// <remarks>It changes only when a version is published, and by a median, so it does not depend on the order within a buffer.</remarks>
internal sealed class RunningReference(double initial = double.NaN)
{
    /// <summary>The minimum number of values for which a single value cannot move the median arbitrarily.</summary>
    public const int MinForMedian = 3;

    private const double NewestShare = 0.25;
    private readonly double _initial = initial;
    private readonly List<double> _buffer = [];

    /// <summary>Gets the reference value; NaN until there is one.</summary>
    public double Value { get; private set; } = initial;

    /// <summary>Gets a value that indicates whether there is a reference value. Zero is not one.</summary>
    public bool IsKnown => Value > 0;

    public void Observe(double value) => _buffer.Add(value);

    /// <summary>Updates the reference with the observations of the buffer that was published.</summary>
    /// <param name="limit">The maximum to which values are limited in a buffer that is too small for a median; NaN for no limit.</param>
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

    /// <summary>Discards the observations of the current buffer.</summary>
    public void Discard() => _buffer.Clear();

    /// <summary>Resets the reference to its initial value.</summary>
    public void Reset()
    {
        _buffer.Clear();
        Value = _initial;
    }

    public void Save(StateWriter writer)
    {
        writer.Double(Value);
        SaveObservations(writer);
    }

    public void Load(ref StateReader reader)
    {
        Value = reader.NotNegativeOrNaN("reference");
        LoadObservations(ref reader);
    }

    /// <summary>Writes the observations of the current buffer.</summary>
    public void SaveObservations(StateWriter writer)
    {
        writer.Int32(_buffer.Count);
        foreach (double value in _buffer)
        {
            writer.Double(value);
        }
    }

    /// <summary>Adds observations that were saved.</summary>
    public void LoadObservations(ref StateReader reader)
    {
        int count = reader.Count("number of observed values", sizeof(double));
        for (int i = 0; i < count; i++)
        {
            _buffer.Add(reader.NotNegative("observed value"));
        }
    }
}
