using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>Represents a rule that combines the updates of a buffer into one step. Implementations of FedBuff use different rules and therefore differ in their results.</summary>
/// <remarks>
/// <para>Choose one with the factory methods. A reduction has no state and may be shared. In the formulas, n is the (capped) example count, w the weight
/// and d the values of an update; sums are over the updates that contain the coordinate.</para>
/// <para>If the updates of a buffer have several selections, some coordinates have fewer contributors than others. The mass that divides a sum
/// is then at least kappa (<see cref="BufferedAggregatorOptions.MinMassShare"/>) times the mass of the whole buffer, so that a coordinate in only one update
/// moves less than a coordinate in all updates.</para>
/// <para>Sums are accumulated on arrival in 64-bit fixed point and have the same bits in every arrival order. The robust reductions (median, trimmed
/// mean, Multi-Krum) need all updates at once and keep copies of the K updates, K x selected coordinates x 4 bytes.</para>
/// </remarks>
public abstract class Reduction
{
    private protected Reduction()
    {
    }

    /// <summary>Creates the mass-damped mean, sum(n w d) / sum(n). The weight that a stale update loses is not redistributed to the other updates. The default.</summary>
    /// <param name="byExamples">True if n is the example count; false if n is 1 for every update.</param>
    /// <returns>The reduction.</returns>
    public static Reduction MassDampedMean(bool byExamples = true) => new SumReduction(SumDivisor.Mass, byExamples);

    /// <summary>Creates the weighted mean, sum(n w d) / sum(n w), as in FedScale. A buffer of stale updates moves the model as far as a buffer of fresh ones.</summary>
    /// <param name="byExamples">True if n is the example count; false if n is 1 for every update.</param>
    /// <returns>The reduction.</returns>
    public static Reduction WeightedMean(bool byExamples = true) => new SumReduction(SumDivisor.WeightedMass, byExamples);

    /// <summary>Creates the sum divided by the capacity, sum(w d) / K, as in the FedBuff paper (arXiv 2106.06639).</summary>
    /// <returns>The reduction.</returns>
    public static Reduction OverCapacity() => new SumReduction(SumDivisor.Capacity, byExamples: false);

    /// <summary>Creates the plain sum, sum(w d), as in FLSim's defaults. The step grows with K.</summary>
    /// <returns>The reduction.</returns>
    public static Reduction Sum() => new SumReduction(SumDivisor.One, byExamples: false);

    /// <summary>Creates the median of each coordinate, times the mean weight. Robust if fewer than half of the updates are malicious.</summary>
    /// <returns>The reduction.</returns>
    /// <remarks>Needs a capacity of at least 3. A coordinate in fewer than three updates does not move. A buffer without a coordinate in at least three updates is not published.</remarks>
    public static Reduction Median() => new CoordinateMedian();

    /// <summary>Creates the trimmed mean of each coordinate, times the mean weight.</summary>
    /// <param name="trimmedShare">The share of the values to drop at each end, in [0, 0.5), rounded down to whole values, but at least one value unless the share is 0.</param>
    /// <returns>The reduction.</returns>
    /// <remarks>
    /// Needs a capacity of at least 3 unless the share is 0. A coordinate in fewer than three updates does not move. A buffer without a coordinate in at least
    /// three updates is not published.
    /// </remarks>
    public static Reduction TrimmedMean(double trimmedShare = 0.1) => new TrimmedMean(trimmedShare);

    /// <summary>Creates Multi-Krum (NeurIPS 2017): the mean of the m updates that are closest to their neighbors, times the mean weight.</summary>
    /// <param name="byzantine">f, the maximum number of malicious updates in a buffer, at least 0.</param>
    /// <param name="kept">m, the number of updates to average, at least 1; 1 is Krum.</param>
    /// <returns>The reduction.</returns>
    /// <remarks>
    /// Needs a capacity of at least 2 f + 3 and f + m. Distances are defined only between updates of the same selection. If a buffer has several selections, the
    /// updates of each are compared with one another; a selection with fewer updates than the minimum is ignored. A buffer without a selection that has enough updates is not published.
    /// </remarks>
    public static Reduction MultiKrum(int byzantine, int kept = 1) => new MultiKrum(byzantine, kept);

    /// <summary>Returns the reason why the reduction does not support a capacity; null if it does.</summary>
    internal virtual string? FindObstacle(int capacity) => null;

    /// <summary>Creates the buffer of one aggregator.</summary>
    internal abstract UpdateBuffer CreateBuffer(int capacity, double minMassShare, ParameterLayout layout, MemoryPool<float> pool);
}
