using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Stores the step of the last publication, with which updates are compared.</summary>
internal sealed class LastDirection(int parameterCount)
{
    private float[] _step = new float[parameterCount];
    private bool _known;

    public void Begin()
    {
        Array.Clear(_step);
        _known = true;
    }

    public void Record(int start, ReadOnlySpan<double> step)
    {
        for (int i = 0; i < step.Length; i++)
        {
            _step[start + i] = (float)step[i];
        }
    }

    /// <summary>Clears the direction.</summary>
    public void Reset() => _known = false;

    /// <summary>Computes the cosine between an update and the last step over the update's trainable coordinates; NaN if either has no direction.</summary>
    /// <remarks>Summed in ascending order in float64, so the result has the same bits on every machine.</remarks>
    public double Cosine(PackedRoles roles, ReadOnlySpan<float> values, double norm)
    {
        if (!_known)
        {
            return double.NaN;
        }

        double dot = 0, square = 0;
        foreach (PackedRoles.Piece piece in roles.Pieces)
        {
            // Only trainable coordinates are recorded, so that statistics contribute zero.
            int at = piece.Start;
            foreach (float component in _step.AsSpan(piece.Coordinate, piece.Length))
            {
                dot += (double)component * values[at++];
                square += (double)component * component;
            }
        }

        double cosine = dot / (Math.Sqrt(square) * norm);
        return double.IsFinite(cosine) ? Math.Clamp(cosine, -1, 1) : double.NaN;
    }

    public void Save(StateWriter writer)
    {
        writer.Flag(_known);
        if (_known)
        {
            writer.Values<float>(_step);
        }
    }

    public void Load(ref StateReader reader)
    {
        _known = reader.Flag("flag of a direction");
        if (_known)
        {
            _step = reader.Finite("direction", _step.Length);
        }
    }
}
