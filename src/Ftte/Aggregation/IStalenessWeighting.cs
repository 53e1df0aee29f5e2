namespace Ftte.Aggregation;

/// <summary>Computes the weight of an update, which is lower for stale or noisy updates.</summary>
/// <remarks>
/// Pure: the same statistics must return the same weight, independent of previous calls. Called from one thread at a time; may be shared between servers.
/// Weights are finite and not negative; 1 is full weight, 0 drops the update, and more than 1 is allowed (FLSim's normalization needs it).
/// </remarks>
public interface IStalenessWeighting
{
    /// <summary>Computes the weight of an update.</summary>
    /// <param name="statistics">The statistics of the update, such as its age and variance.</param>
    /// <returns>The weight. The update is dropped if the weight is less than about a millionth, because the sums cannot represent it.</returns>
    double GetWeight(in UpdateStatistics statistics);

    /// <summary>Gets the optional statistics that the weighting needs. Measuring them takes time or memory.</summary>
    /// <value><see cref="WeightingInputs.None"/> unless overridden. Read once, when the aggregator is created.</value>
    WeightingInputs Inputs => WeightingInputs.None;
}
