using Ftte.Wire;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Adds the updates of a cohort in the clear, with the bits that the protocol has: masks cancel exactly. For simulations and tests, in which nothing has to be hidden. Not thread-safe.</summary>
/// <param name="quantization">How values become integers.</param>
/// <param name="count">The number of values of an update.</param>
public sealed class PlainCohort(SharedQuantization quantization, int count)
{
    private readonly int[] _sum = new int[count];
    private readonly uint[] _quantized = new uint[count];
    private int _contributors;

    /// <summary>Adds an update.</summary>
    /// <param name="update">The update. NaN counts as 0.</param>
    /// <param name="weight">q, the weight of the update in units of 2^-8, from 1 to 256; see <see cref="SecureAggregationOptions.ComputeWeight"/>.</param>
    /// <exception cref="ArgumentException">The update has another length, the weight is out of range, or there are <see cref="CohortDescription.MaxMembers"/> updates already.</exception>
    public void Add(SparseUpdate update, int weight)
    {
        ArgumentNullException.ThrowIfNull(update);
        ArgumentOutOfRangeException.ThrowIfNotEqual(update.Values.Length, count, nameof(update));
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, CohortDescription.FullWeight);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_contributors, CohortDescription.MaxMembers, nameof(update));
        quantization.Quantize(update.Values.Span, 0, WireMessage.GetSeed(update.Header.Client, update.Header.Id), weight, _quantized);
        for (int i = 0; i < _sum.Length; i++)
        {
            _sum[i] += (int)_quantized[i];
        }

        _contributors++;
    }

    /// <summary>Computes the mean with which every contributor is credited, sum of q x step / (256 n).</summary>
    /// <returns>The mean.</returns>
    /// <exception cref="InvalidOperationException">No update was added.</exception>
    public float[] ComputeMean() => _contributors > 0
        ? CohortSum.ComputeMean(_sum, quantization, _contributors)
        : throw new InvalidOperationException("The cohort has no mean, because no update was added. Add at least one.");
}
