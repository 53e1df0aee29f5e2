using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>A reduction that looks at all updates of a buffer at once, so that a few hostile ones cannot move the model at will. Derive to add your own.</summary>
/// <remarks>
/// <para>The buffer holds copies of its K updates. Updates of one selection are chosen from among themselves, then each coordinate moves to the center of
/// the values of the chosen updates, times the mean weight. A buffer without a coordinate that has enough values is not published.</para>
/// <para>Pure and without state; may be shared. Called from one thread at a time.</para>
/// </remarks>
public abstract class RobustReduction : Reduction
{
    /// <summary>Creates a reduction.</summary>
    /// <param name="minContributors">The smallest number of values of one coordinate whose center no single value moves at will, at least 1.</param>
    /// <param name="minGroup">The smallest number of updates of one selection that can be judged among themselves, at least 1.</param>
    /// <param name="requirement">The number of updates that the reduction needs, as a complete sentence for error messages.</param>
#pragma warning disable RS0022 // Only reductions that see all updates can be derived: sums are folded into accumulators whose layout is an implementation detail.
    protected RobustReduction(int minContributors, int minGroup, string requirement)
#pragma warning restore RS0022
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minContributors, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(minGroup, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(requirement);
        (MinContributors, MinGroup, Requirement) = (minContributors, minGroup, requirement);
    }

    internal int MinContributors { get; }

    internal int MinGroup { get; }

    internal string Requirement { get; }

    /// <summary>Gets the name under which buffers of the reduction are saved. A saved buffer of another kind is refused.</summary>
    /// <value>The name of the type unless overridden.</value>
    protected internal virtual string Kind => GetType().FullName ?? GetType().Name;

    /// <summary>Chooses the updates that take part.</summary>
    /// <param name="group">The updates of one selection, at least as many as the smallest group.</param>
    /// <returns>The indices of the chosen updates, each at most once. All updates unless overridden.</returns>
    protected internal virtual IReadOnlyList<int> Choose(UpdateGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return [.. Enumerable.Range(0, group.Count)];
    }

    /// <summary>Finds the center of the values of one coordinate.</summary>
    /// <param name="values">The values, at least one; may be reordered.</param>
    /// <returns>The center, between the smallest and the largest value.</returns>
    protected internal abstract double Center(Span<float> values);

    internal sealed override string? FindObstacle(int capacity) => capacity < Math.Max(MinGroup, MinContributors)
        ? $"{Requirement} The Capacity is {capacity}; raise it, or choose another reduction."
        : null;

    internal sealed override UpdateBuffer CreateBuffer(int capacity, double minimumMassShare, ParameterLayout layout, MemoryPool<float> pool) =>
        new HeldBuffer(this, minimumMassShare, layout, pool);
}
