using System.Numerics.Tensors;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Stores the statistics of the versions that accepted updates may have been trained on.</summary>
/// <remarks>
/// A device sends the change of a statistic since the version that it received. Adding that change to a newer model would count
/// the same change several times. With the received value, the server averages the values that the devices measured.
/// </remarks>
internal sealed class StatisticHistory(ParameterLayout layout, long maxAge)
{
    /// <summary>The maximum number of entries. Consecutive versions with the same statistics share an entry.</summary>
    private const int MaxEntries = 256;

    private readonly List<(ModelVersion From, float[] Values)> _entries = [];

    /// <summary>Records the statistics of a version.</summary>
    public void Publish(ModelSnapshot version)
    {
        float[] values = Pack(version.Parameters.Span);
        if (_entries.Count == 0 || !_entries[^1].Values.AsSpan().SequenceEqual(values))
        {
            _entries.Add((version.Version, values));
        }

        while (_entries.Count > MaxEntries || (_entries.Count > 1 && version.Version - _entries[1].From >= maxAge))
        {
            _entries.RemoveAt(0);
        }
    }

    /// <summary>Converts the statistics of a step from relative to the received version to relative to the current one.</summary>
    /// <param name="roles">The pieces of the update's selection.</param>
    /// <param name="received">The version that the device received.</param>
    /// <param name="step">The packed step. Before the call: trained minus received statistics; afterward: trained minus current.</param>
    public void Rebase(PackedRoles roles, ModelVersion received, Span<float> step)
    {
        if (Find(received) is not { } before || ReferenceEquals(before, _entries[^1].Values))
        {
            return;
        }

        float[] now = _entries[^1].Values;
        foreach (PackedRoles.Piece piece in roles.Pieces)
        {
            if (piece.IsStatistic)
            {
                int at = layout.Roles.StatisticIndex(piece.Coordinate);
                Span<float> part = step.Slice(piece.Start, piece.Length);
                TensorPrimitives.Add(part, before.AsSpan(at, piece.Length), part);
                TensorPrimitives.Subtract(part, now.AsSpan(at, piece.Length), part);
            }
        }
    }

    public void Save(StateWriter writer)
    {
        writer.Int32(_entries.Count);
        foreach ((ModelVersion from, float[] values) in _entries)
        {
            writer.Int64(from.Number);
            writer.Values<float>(values);
        }
    }

    public void Load(ref StateReader reader)
    {
        _entries.Clear();
        int count = reader.Count("number of statistics' versions", sizeof(long) + (sizeof(float) * layout.Roles.StatisticCount));
        long last = -1;
        for (int i = 0; i < count; i++)
        {
            last = reader.Int64("version of statistics", last + 1);
            _entries.Add((new ModelVersion(last), reader.Finite("statistic", layout.Roles.StatisticCount)));
        }

        if (count == 0)
        {
            throw StateReader.Bad("number of statistics' versions", count);
        }
    }

    private float[]? Find(ModelVersion version)
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].From <= version)
            {
                return _entries[i].Values;
            }
        }

        return null;
    }

    private float[] Pack(ReadOnlySpan<float> parameters)
    {
        var values = new float[layout.Roles.StatisticCount];
        int at = 0;
        foreach (ParameterBlock block in layout.Roles.Statistics)
        {
            parameters.Slice(block.Range.Start, block.Range.Length).CopyTo(values.AsSpan(at));
            at += block.Range.Length;
        }

        return values;
    }
}
