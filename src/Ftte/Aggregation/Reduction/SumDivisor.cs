namespace Ftte.Aggregation;

/// <summary>What a sum of updates is divided by.</summary>
internal enum SumDivisor
{
    /// <summary>sum(n).</summary>
    Mass,

    /// <summary>sum(n w).</summary>
    WeightedMass,

    /// <summary>K.</summary>
    Capacity,

    /// <summary>1.</summary>
    One,
}
