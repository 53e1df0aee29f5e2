using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Stores the root mean squares of the latest steps. Their median is the reference, which a single outlier does not change much.</summary>
internal sealed class StepHistory
{
    private const int Capacity = 9;
    private readonly Queue<double> _latest = new(Capacity);

    /// <summary>Gets the median; NaN before the first step.</summary>
    public double Median => _latest.Count == 0 ? double.NaN : SampleMedian.Compute([.. _latest]);

    /// <summary>Adds a published step. Ignores a step of zeros, which contains no information about the usual step.</summary>
    public void Add(double rootMeanSquare)
    {
        if (rootMeanSquare > 0)
        {
            if (_latest.Count == Capacity)
            {
                _latest.Dequeue();
            }

            _latest.Enqueue(rootMeanSquare);
        }
    }

    public void Clear() => _latest.Clear();

    public void Save(StateWriter writer)
    {
        writer.Byte((byte)_latest.Count);
        foreach (double value in _latest)
        {
            writer.Double(value);
        }
    }

    public void Load(ref StateReader reader)
    {
        int count = reader.Byte();
        if (count > Capacity)
        {
            throw StateReader.Bad("number of latest steps", count);
        }

        for (int i = 0; i < count; i++)
        {
            Add(reader.Positive("length of a step"));
        }
    }
}
