using Ftte.Serialization;

namespace Ftte.Selection;

/// <summary>Collects importance vectors from devices and combines them so that a minority of devices cannot corrupt the result.</summary>
/// <remarks>
/// <para>Each vector is divided by its own sum, so that the scale of a device does not matter. The importance of a block is the median of its shares over the
/// devices; for an even number of devices, the mean of the two middle shares. If fewer than half of the vectors are poisoned, the importance of every block lies
/// within the range of the honest ones (the coordinate-wise median of arXiv 1803.01498).</para>
/// <para>The result has the same bits in every arrival order. Keeps <see cref="Count"/> vectors of one float32 per block. Not thread-safe.</para>
/// </remarks>
/// <param name="layout">The model's layout.</param>
public sealed class ImportanceSurvey(ParameterLayout layout)
{
    private readonly ParameterLayout _layout = layout ?? throw new ArgumentNullException(nameof(layout));
    private readonly List<float[]> _vectors = [];

    /// <summary>Gets the number of vectors added.</summary>
    public int Count => _vectors.Count;

    /// <summary>Adds the vector of one device if it is valid.</summary>
    /// <param name="values">The importance of each block in the order of the layout, in any unit; copied.</param>
    /// <returns>True if the vector was added; false if it does not have one value per block, each finite and not negative, and at least one positive.</returns>
    public bool TryAdd(ReadOnlySpan<float> values)
    {
        if (!IsValid(values))
        {
            return false;
        }

        _vectors.Add(values.ToArray());
        return true;
    }

    /// <summary>Determines whether a vector can be added.</summary>
    internal bool IsValid(ReadOnlySpan<float> values)
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

    /// <summary>Combines the vectors.</summary>
    /// <returns>The median share of each block; the shares need not add up to one.</returns>
    /// <exception cref="InvalidOperationException">No vector was added.</exception>
    public BlockImportance Combine()
    {
        if (_vectors.Count == 0)
        {
            throw new InvalidOperationException("The survey has no importance vectors. Add at least one.");
        }

        double[] sums = [.. _vectors.Select(vector => Sum(vector))];
        double[] shares = new double[_vectors.Count];
        double[] importance = new double[_layout.Blocks.Length];
        for (int block = 0; block < importance.Length; block++)
        {
            for (int device = 0; device < shares.Length; device++)
            {
                shares[device] = _vectors[device][block] / sums[device];
            }

            importance[block] = SampleMedian.Compute(shares.AsSpan());
        }

        return new BlockImportance(_layout, importance);
    }

    /// <summary>Computes the sum in float64, in which sums of float32 values do not overflow.</summary>
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
