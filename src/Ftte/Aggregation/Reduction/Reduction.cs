using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>How the updates of a buffer become one step. Systems called FedBuff differ here, and so do their results.</summary>
/// <remarks>
/// <para>Choose one with the factory methods; it is a description without state and may be shared. With n the (capped) example count, w the weight
/// and d the values of an update, and the sums over the updates that contain the coordinate:</para>
/// <para>When the buffer's updates are of several selections, some coordinates have fewer contributors than others. The mass that a sum is divided by
/// is then at least kappa (<see cref="BufferedAggregatorOptions.MinimumMassShare"/>) of the whole buffer's, so that a coordinate that one update
/// touched does not move as if all had agreed.</para>
/// <para>The sums are folded on arrival in 64-bit fixed point and have the same bits in every arrival order. The robust reductions (median, trimmed
/// mean, Multi-Krum) need all updates at once: they hold copies of the K updates, K x selected coordinates x 4 bytes.</para>
/// </remarks>
public abstract class Reduction
{
    private protected Reduction()
    {
    }

    /// <summary>Gets the mass-damped mean, sum(n w d) / sum(n): the weight that a stale update loses is lost, not given to the others. The default.</summary>
    /// <param name="byExamples">Whether n is the example count, or 1 for every update.</param>
    /// <returns>The reduction.</returns>
    public static Reduction MassDampedMean(bool byExamples = true) => new SumReduction(SumDivisor.Mass, byExamples);

    /// <summary>Gets the weighted mean, sum(n w d) / sum(n w), as in FedScale: a buffer of stale updates moves the model as far as a fresh one.</summary>
    /// <param name="byExamples">Whether n is the example count, or 1 for every update.</param>
    /// <returns>The reduction.</returns>
    public static Reduction WeightedMean(bool byExamples = true) => new SumReduction(SumDivisor.WeightedMass, byExamples);

    /// <summary>Gets the sum over the capacity, sum(w d) / K, as in FedBuff's paper (arXiv 2106.06639).</summary>
    /// <returns>The reduction.</returns>
    public static Reduction OverCapacity() => new SumReduction(SumDivisor.Capacity, byExamples: false);

    /// <summary>Gets the plain sum, sum(w d), as in FLSim's defaults: the step grows with K.</summary>
    /// <returns>The reduction.</returns>
    public static Reduction Sum() => new SumReduction(SumDivisor.One, byExamples: false);

    /// <summary>Gets the median of each coordinate, times the mean weight. Robust against fewer than half.</summary>
    /// <returns>The reduction.</returns>
    /// <remarks>Needs a capacity of at least 3. A coordinate that fewer than three updates contain does not move, and a buffer without any other is not published.</remarks>
    public static Reduction Median() => new CoordinateMedian();

    /// <summary>Gets the mean of each coordinate without the extremes, times the mean weight.</summary>
    /// <param name="trimmedShare">The share of the values dropped at each end, in [0, 0.5), rounded down to whole values, but at least one value unless the share is 0.</param>
    /// <returns>The reduction.</returns>
    /// <remarks>
    /// Needs a capacity of at least 3 unless the share is 0. A coordinate that fewer than three updates contain does not move, and a buffer without any
    /// other is not published.
    /// </remarks>
    public static Reduction TrimmedMean(double trimmedShare = 0.1) => new TrimmedMean(trimmedShare);

    /// <summary>Gets Multi-Krum (NeurIPS 2017): the mean of the m updates that lie closest to their neighbours, times the mean weight.</summary>
    /// <param name="byzantine">f: how many updates of a buffer may be hostile; at least 0.</param>
    /// <param name="kept">m: how many updates are averaged, at least 1; 1 is Krum.</param>
    /// <returns>The reduction.</returns>
    /// <remarks>
    /// Needs a capacity of at least 2 f + 3 and f + m. Distances need updates of one selection: with several in a buffer, each selection's updates are
    /// judged among themselves, and fewer than that of one selection do not count. A buffer without enough of any selection is not published.
    /// </remarks>
    public static Reduction MultiKrum(int byzantine, int kept = 1) => new MultiKrum(byzantine, kept);

    /// <summary>Says why the reduction cannot work with a capacity; null if it can.</summary>
    internal virtual string? FindObstacle(int capacity) => null;

    /// <summary>Makes the buffer that one aggregator keeps.</summary>
    internal abstract UpdateBuffer CreateBuffer(int capacity, double minimumMassShare, ParameterLayout layout, MemoryPool<float> pool);
}
