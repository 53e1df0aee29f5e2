using Ftte.State;

namespace Ftte.Selection;

/// <summary>Collects what devices say each block is worth and combines it so that no minority of them can lead the result astray.</summary>
/// <remarks>
/// <para>Each vector is divided by its own sum, so that a device's scale does not matter; a block's worth is then the median of its shares over the
/// devices, of an even number of them the mean of the two in the middle. While fewer than half of the vectors are poisoned, every block's worth lies
/// within the range of the honest ones, whatever the others say (the coordinate-wise median of arXiv 1803.01498).</para>
/// <para>The same bits in whatever order the vectors arrive. Keeps <see cref="Count"/> vectors of one float32 per block. Not thread-safe.</para>
/// </remarks>
/// <param name="layout">The model's layout.</param>
public sealed class ImportanceSurvey(ParameterLayout layout)
{
    private readonly ParameterLayout _layout = layout ?? throw new ArgumentNullException(nameof(layout));
    private readonly List<float[]> _vectors = [];

    /// <summary>Gets the number of vectors taken.</summary>
    public int Count => _vectors.Count;

    /// <summary>Takes what one device says, if it makes sense; a vector that is refused leaves no trace.</summary>
    /// <param name="values">The worth of each block in the layout's order, in any unit; copied.</param>
    /// <returns>Whether it was taken: there is one value per block, each finite and not negative, and not all of them zero.</returns>
    public bool TryAdd(ReadOnlySpan<float> values)
    {
        if (values.Length != _layout.Blocks.Length || !(Sum(values) > 0))
        {
            return false;
        }

        foreach (float value in values)
        {
            if (!float.IsFinite(value) || value < 0)
            {
                return false;
            }
        }

        _vectors.Add(values.ToArray());
        return true;
    }

    internal void Save(StateWriter writer)
    {
        writer.Int32(_vectors.Count);
        foreach (float[] vector in _vectors)
        {
            writer.Values<float>(vector);
        }
    }

    internal void Load(ref StateReader reader)
    {
        int blocks = _layout.Blocks.Length;
        int count = reader.Count("number of answers", blocks * sizeof(float));
        for (int i = 0; i < count; i++)
        {
            if (!TryAdd(reader.Values<float>(blocks)))
            {
                throw StateReader.Bad("answer", i);
            }
        }
    }

    /// <summary>Combines what was taken.</summary>
    /// <returns>The median share of each block; the shares need not add up to one.</returns>
    /// <exception cref="InvalidOperationException">No vector was taken.</exception>
    public BlockImportance Combine()
    {
        if (_vectors.Count == 0)
        {
            throw new InvalidOperationException("No device has said what the blocks are worth; ask at least one.");
        }

        double[] sums = [.. _vectors.Select(vector => Sum(vector))];
        double[] shares = new double[_vectors.Count];
        double[] worth = new double[_layout.Blocks.Length];
        for (int block = 0; block < worth.Length; block++)
        {
            for (int device = 0; device < shares.Length; device++)
            {
                shares[device] = _vectors[device][block] / sums[device];
            }

            worth[block] = SampleMedian.Compute(shares.AsSpan());
        }

        return new BlockImportance(_layout, worth);
    }

    /// <summary>Sums in float64, where not even the largest float32 values overflow.</summary>
    private static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }
}
