namespace Ftte.Aggregation;

/// <summary>Finds the centre of several values of one coordinate after choosing whose values to look at.</summary>
internal interface IRobustCenter
{
    /// <summary>Gets which reduction it is, for saved states.</summary>
    ReductionKind Kind { get; }

    /// <summary>Gets how many updates it needs, as a sentence.</summary>
    string Need { get; }

    /// <summary>Gets the fewest updates of one selection that can be judged among themselves.</summary>
    int SmallestGroup => 1;

    /// <summary>Gets the fewest values of one coordinate that have a centre which no single one of them moves at will.</summary>
    int FewestContributors => 1;

    /// <summary>Chooses the updates of one selection that take part; all of them unless the method judges whole updates.</summary>
    /// <param name="updates">The packed values of each update, in an order that does not depend on arrival.</param>
    /// <param name="roles">The pieces of the packed values. Statistics are not judged: their scale would drown the others'.</param>
    /// <returns>The indices that take part.</returns>
    IReadOnlyList<int> Choose(IReadOnlyList<ReadOnlyMemory<float>> updates, PackedRoles roles) => [.. Enumerable.Range(0, updates.Count)];

    /// <summary>Finds the centre.</summary>
    /// <param name="values">The values of one coordinate, at least one; may be reordered.</param>
    /// <returns>The centre, between the least and the largest value.</returns>
    double Center(Span<float> values);
}
