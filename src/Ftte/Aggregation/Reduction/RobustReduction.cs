using System.Buffers;

namespace Ftte;

/// <summary>The reductions that look at all updates at once.</summary>
internal sealed class RobustReduction(IRobustCenter center) : Reduction
{
    internal override UpdateBuffer CreateBuffer(int capacity, double minimumMassShare, MemoryPool<float> pool) =>
        new HeldBuffer(center, minimumMassShare, pool);
}

/// <summary>Finds the centre of several values of one coordinate after choosing whose values to look at.</summary>
internal interface IRobustCenter
{
    /// <summary>Chooses the updates of one selection that take part; all of them unless the method judges whole updates.</summary>
    /// <param name="updates">The packed values of each update, in an order that does not depend on arrival.</param>
    /// <returns>The indices that take part.</returns>
    IReadOnlyList<int> Choose(IReadOnlyList<ReadOnlyMemory<float>> updates) => [.. Enumerable.Range(0, updates.Count)];

    /// <summary>Gets the fewest updates of one selection that can be judged among themselves when a buffer holds several selections.</summary>
    int SmallestGroup => 1;

    /// <summary>Finds the centre.</summary>
    /// <param name="values">The values of one coordinate, at least one; may be reordered.</param>
    /// <returns>The centre.</returns>
    double Center(Span<float> values);
}
