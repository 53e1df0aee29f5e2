using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>The reductions that look at all updates at once.</summary>
internal sealed class RobustReduction(IRobustCenter center) : Reduction
{
    internal override string? FindObstacle(int capacity) => capacity < Math.Max(center.SmallestGroup, center.FewestContributors)
        ? $"{center.Need} The Capacity is {capacity}; raise it, or choose another reduction."
        : null;

    internal override UpdateBuffer CreateBuffer(int capacity, double minimumMassShare, ParameterLayout layout, MemoryPool<float> pool) =>
        new HeldBuffer(center, minimumMassShare, layout, pool);
}
