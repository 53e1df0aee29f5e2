namespace Ftte.Aggregation;

/// <summary>Specifies the divisor of a sum of updates.</summary>
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
