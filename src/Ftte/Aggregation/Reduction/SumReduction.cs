using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>Implements the reductions that are sums, accumulated on arrival.</summary>
internal sealed class SumReduction(SumDivisor divisor, bool byExamples) : Reduction
{
    public SumDivisor Divisor => divisor;

    internal override UpdateBuffer CreateBuffer(int capacity, double minMassShare, ParameterLayout layout, MemoryPool<float> pool) =>
        new FixedPointBuffer(divisor, byExamples, capacity, minMassShare, layout.Roles);
}
