namespace Ftte.Aggregation;

/// <summary>Decides how much an update counts: old or noisy ones less.</summary>
/// <remarks>
/// Pure: the same statistics give the same weight, whatever was weighed before; called from one thread at a time, may be shared between servers.
/// Weights are finite and not negative; 1 is full weight, 0 drops the update, and more than 1 is allowed (FLSim's normalisation needs it).
/// </remarks>
public interface IStalenessWeighting
{
    /// <summary>Weighs an update.</summary>
    /// <param name="statistics">Its age, variance, norm and example count.</param>
    /// <returns>The weight; 0 drops the update, and so does one below about a millionth, which the sums cannot resolve.</returns>
    double GetWeight(in UpdateStatistics statistics);

    /// <summary>Gets the statistics that must be measured although they cost time or memory.</summary>
    /// <value><see cref="WeightingInputs.None"/> unless overridden. Read once, when the aggregator is created.</value>
    WeightingInputs Inputs => WeightingInputs.None;
}
