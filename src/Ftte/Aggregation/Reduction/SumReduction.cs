using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>The reductions that are sums, folded on arrival.</summary>
internal sealed class SumReduction(SumDivisor divisor, bool byExamples) : Reduction
{
    internal override UpdateBuffer CreateBuffer(int capacity, double minimumMassShare, ParameterLayout layout, MemoryPool<float> pool) =>
        new FixedPointBuffer(divisor, byExamples, capacity, minimumMassShare, layout.Roles);
}
