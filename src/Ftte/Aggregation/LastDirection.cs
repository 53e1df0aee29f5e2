namespace Ftte;

/// <summary>The step of the last publication, to compare updates with.</summary>
internal sealed class LastDirection(int parameterCount)
{
    private readonly float[] _step = new float[parameterCount];
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

    /// <summary>Gives the cosine between an update and the last step over the update's coordinates; NaN if either has no direction.</summary>
    /// <remarks>Summed in ascending order in float64, so it has the same bits everywhere.</remarks>
    public double Cosine(ParameterSelection selection, ReadOnlySpan<float> values, double norm)
    {
        if (!_known)
        {
            return double.NaN;
        }

        double dot = 0, square = 0;
        int at = 0;
        foreach (ParameterRange range in selection.Ranges)
        {
            foreach (float component in _step.AsSpan(range.Start, range.Length))
            {
                dot += (double)component * values[at++];
                square += (double)component * component;
            }
        }

        double cosine = dot / (Math.Sqrt(square) * norm);
        return double.IsFinite(cosine) ? Math.Clamp(cosine, -1, 1) : double.NaN;
    }
}
