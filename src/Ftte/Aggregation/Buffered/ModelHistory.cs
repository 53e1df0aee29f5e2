using Ftte.State;

namespace Ftte.Aggregation;

/// <summary>The versions of the model that updates may still be trained on, to measure how far the model has moved since.</summary>
internal sealed class ModelHistory(long maxAge)
{
    private readonly Queue<ModelSnapshot> _versions = [];

    public void Publish(ModelSnapshot version)
    {
        _versions.Enqueue(version);
        while (version.Version - _versions.Peek().Version > maxAge)
        {
            _versions.Dequeue();
        }
    }

    /// <summary>Measures the drift over the trainable coordinates of an update.</summary>
    /// <param name="received">The version that the device received.</param>
    /// <param name="current">The current model.</param>
    /// <param name="roles">The pieces of the update's selection.</param>
    /// <param name="step">The packed step.</param>
    /// <param name="stepNorm">The norm of its trainable coordinates.</param>
    /// <remarks>Summed in ascending order in float64, so it has the same bits everywhere.</remarks>
    public (double Norm, double Alignment) Measure(ModelVersion received, ModelSnapshot current, PackedRoles roles, ReadOnlySpan<float> step, double stepNorm)
    {
        if (_versions.FirstOrDefault(v => v.Version == received) is not { } start)
        {
            return (double.NaN, double.NaN);
        }

        ReadOnlySpan<float> now = current.Parameters.Span, before = start.Parameters.Span;
        double dot = 0, square = 0;
        foreach (PackedRoles.Piece piece in roles.Pieces)
        {
            for (int i = 0; i < piece.Length && !piece.IsStatistic; i++)
            {
                double drift = (double)now[piece.Coordinate + i] - before[piece.Coordinate + i];
                dot += drift * step[piece.Start + i];
                square += drift * drift;
            }
        }

        double norm = Math.Sqrt(square), cosine = dot / (norm * stepNorm);
        return (norm, double.IsFinite(cosine) ? Math.Clamp(cosine, -1, 1) : double.NaN);
    }

    /// <summary>Writes the versions; the last one, which the aggregator saves itself, only by its number.</summary>
    public void Save(StateWriter writer)
    {
        writer.Int32(_versions.Count - 1);
        foreach (ModelSnapshot version in _versions.SkipLast(1))
        {
            writer.Int64(version.Version.Number);
            writer.Values(version.Parameters.Span);
        }
    }

    public void Load(ref StateReader reader, ModelSnapshot current)
    {
        ParameterLayout layout = current.Layout;
        int count = reader.Count("number of earlier versions", sizeof(long) + (sizeof(float) * layout.ParameterCount));
        _versions.Clear();
        long last = -1;
        for (int i = 0; i < count; i++)
        {
            last = reader.Int64("earlier version", last + 1, current.Version.Number - 1);
            _versions.Enqueue(ModelSnapshot.TakeOver(layout, new ModelVersion(last), reader.Finite("parameter", layout.ParameterCount), changed: null));
        }

        _versions.Enqueue(current);
    }
}
