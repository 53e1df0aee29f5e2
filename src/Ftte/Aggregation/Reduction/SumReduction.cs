using System.Buffers;

namespace Ftte;

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

/// <summary>The reductions that are sums, folded on arrival.</summary>
internal sealed class SumReduction(SumDivisor divisor, bool byExamples) : Reduction
{
    internal override UpdateBuffer CreateBuffer(int capacity, double minimumMassShare, ParameterLayout layout, MemoryPool<float> pool) =>
        new FixedPointBuffer(divisor, byExamples, capacity, minimumMassShare, layout.Roles);
}
