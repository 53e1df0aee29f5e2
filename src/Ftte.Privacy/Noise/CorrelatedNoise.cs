using Ftte.Serialization;

namespace Ftte.Privacy.Noise;

/// <summary>Generates the rows of C^-1 Z by forward substitution: x_t = z_t - sum over j >= 1 of c_j x_(t-j).</summary>
/// <remarks>
/// Keeps the last b - 1 rows, for all coordinates that were ever trained: 8 (b - 1) bytes per coordinate. A coordinate that is trained for the first time starts with row 1 of its own
/// substitution. Afterwards its noise continues in every version, also in those that do not change it; otherwise contributions of one client could come closer than their separation.
/// </remarks>
internal sealed class CorrelatedNoise(BandedToeplitzMatrix matrix, int parameterCount)
{
    private readonly List<double[]> _rows = [];
    private ParameterSelection _coordinates = ParameterSelection.Create(parameterCount, []);

    /// <summary>Returns the noise of the next version, with standard deviation 1 before the correlation.</summary>
    /// <param name="generator">The generator of this version.</param>
    /// <param name="touched">The coordinates that the version may change.</param>
    /// <returns>The noise, packed in the order of <paramref name="touched"/>.</returns>
    public double[] Next(GaussianGenerator generator, ParameterSelection touched)
    {
        int kept = matrix.Coefficients.Length - 1;
        Include(kept == 0 ? touched : _coordinates.Union(touched));
        var row = new double[_coordinates.Count];
        generator.Fill(row);
        for (int j = 0; j < _rows.Count; j++)
        {
            double coefficient = matrix.Coefficients[j + 1];
            double[] earlier = _rows[j];
            for (int i = 0; i < row.Length; i++)
            {
                row[i] -= coefficient * earlier[i];
            }
        }

        _rows.Insert(0, row);
        if (_rows.Count > kept)
        {
            _rows.RemoveAt(kept);
        }

        return Repack(row, _coordinates, touched);
    }

    public void Save(StateWriter writer)
    {
        writer.Selection(_coordinates);
        writer.Int32(_rows.Count);
        foreach (double[] row in _rows)
        {
            writer.Values<double>(row);
        }
    }

    public void Load(ref StateReader reader)
    {
        _coordinates = reader.Selection(parameterCount);
        int count = reader.Int32("number of rows of noise", max: matrix.Coefficients.Length - 1);
        for (int i = 0; i < count; i++)
        {
            double[] row = reader.Values<double>(_coordinates.Count);
            _rows.Add(Array.TrueForAll(row, double.IsFinite) ? row : throw StateReader.Bad("row of noise", i));
        }
    }

    private void Include(ParameterSelection coordinates)
    {
        if (!coordinates.Equals(_coordinates))
        {
            for (int i = 0; i < _rows.Count; i++)
            {
                _rows[i] = Repack(_rows[i], _coordinates, coordinates);
            }

            _coordinates = coordinates;
        }
    }

    /// <summary>Copies the values of the coordinates that two selections have in common; the others are zero.</summary>
    private static double[] Repack(double[] values, ParameterSelection from, ParameterSelection to)
    {
        var packed = new double[to.Count];
        int f = 0, t = 0, fromStart = 0, toStart = 0;
        while (f < from.Ranges.Length && t < to.Ranges.Length)
        {
            ParameterRange a = from.Ranges[f], b = to.Ranges[t];
            int start = Math.Max(a.Start, b.Start), end = Math.Min(a.End, b.End);
            if (start < end)
            {
                values.AsSpan(fromStart + start - a.Start, end - start).CopyTo(packed.AsSpan(toStart + start - b.Start));
            }

            if (a.End <= b.End)
            {
                fromStart += a.Length;
                f++;
            }
            else
            {
                toStart += b.Length;
                t++;
            }
        }

        return packed;
    }
}
