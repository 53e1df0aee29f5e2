using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>Represents a reduction that uses all updates of a buffer at once, so that a few malicious ones cannot move the model arbitrarily. Derive from it to add a custom one.</summary>
/// <remarks>
/// <para>The buffer keeps copies of its K updates. <see cref="Choose"/> chooses updates per selection; then each coordinate moves by the center of
/// the values of the chosen updates, times the mean weight. A buffer without a coordinate that has enough values is not published.</para>
/// <para>Pure and without state; may be shared. Called from one thread at a time.</para>
/// </remarks>
public abstract class RobustReduction : Reduction
{
    /// <summary>Creates a reduction.</summary>
    /// <param name="minContributors">The minimum number of values of a coordinate for which a single value cannot move the center arbitrarily, at least 1.</param>
    /// <param name="minGroup">The minimum number of updates of one selection from which to choose, at least 1.</param>
    /// <param name="requirement">The number of updates that the reduction needs, as a complete sentence for error messages.</param>
#pragma warning disable RS0022 // Only reductions that use all updates at once can be derived: sums use accumulators with an internal layout.
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

    /// <summary>Gets the name that identifies saved buffers of the reduction. A saved buffer of another kind is rejected.</summary>
    /// <value>The name of the type unless overridden.</value>
    protected internal virtual string Kind => GetType().FullName ?? GetType().Name;

    /// <summary>Chooses the updates to include in the reduction.</summary>
    /// <param name="group">The updates of one selection, at least as many as the minimum group size.</param>
    /// <returns>The indices of the chosen updates, each at most once. All updates unless overridden.</returns>
    protected internal virtual IReadOnlyList<int> Choose(UpdateGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return [.. Enumerable.Range(0, group.Count)];
    }

    /// <summary>Computes the center of the values of one coordinate.</summary>
    /// <param name="values">The values, at least one; may be reordered.</param>
    /// <returns>The center, between the smallest and the largest value.</returns>
    protected internal abstract double Center(Span<float> values);

    internal sealed override string? FindObstacle(int capacity) => capacity < Math.Max(MinGroup, MinContributors)
        ? $"{Requirement} The Capacity is {capacity}. Raise it, or choose another reduction."
        : null;

    internal sealed override UpdateBuffer CreateBuffer(int capacity, double minMassShare, ParameterLayout layout, MemoryPool<float> pool) =>
        new UpdateCopyBuffer(this, minMassShare, layout, pool);
}
