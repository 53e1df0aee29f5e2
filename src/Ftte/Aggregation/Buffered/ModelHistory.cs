using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Stores the versions that accepted updates may have been trained on, to compute the drift of the model since then.</summary>
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

    /// <summary>Computes the norm of the drift and its alignment with the step over the trainable coordinates of an update.</summary>
    /// <param name="received">The version that the device received.</param>
    /// <param name="current">The current model.</param>
    /// <param name="roles">The pieces of the update's selection.</param>
    /// <param name="step">The packed step.</param>
    /// <param name="stepNorm">The norm of the trainable coordinates of the step.</param>
    /// <remarks>Summed in ascending order in float64, so the result has the same bits on every machine.</remarks>
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

    /// <summary>Writes all versions except the last one, which the aggregator saves itself.</summary>
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
