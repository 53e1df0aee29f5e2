namespace Ftte.Aggregation;

/// <summary>Represents the updates of a buffer that have the same selection, from which a <see cref="RobustReduction"/> chooses.</summary>
/// <remarks>Their order does not depend on the order of arrival. Valid during the call that received it.</remarks>
public sealed class UpdateGroup
{
    private readonly IReadOnlyList<ReadOnlyMemory<float>> _updates;
    private readonly PackedRoles _roles;

    internal UpdateGroup(IReadOnlyList<ReadOnlyMemory<float>> updates, PackedRoles roles) => (_updates, _roles) = (updates, roles);

    /// <summary>Gets the number of updates.</summary>
    public int Count => _updates.Count;

    /// <summary>Gets the values of an update, packed in the order of the selection; clipped, but not weighted.</summary>
    /// <param name="index">The index of the update.</param>
    /// <returns>The values, including statistics.</returns>
    public ReadOnlySpan<float> GetValues(int index) => _updates[index].Span;

    /// <summary>Computes the squared Euclidean distance between two updates over their trainable coordinates.</summary>
    /// <param name="first">The index of an update.</param>
    /// <param name="second">The index of another update.</param>
    /// <returns>The distance, summed in ascending order in float64. Statistics are excluded, because their scale would dominate.</returns>
    public double GetSquaredDistance(int first, int second)
    {
        ReadOnlySpan<float> a = _updates[first].Span, b = _updates[second].Span;
        double sum = 0;
        foreach (PackedRoles.Piece piece in _roles.Pieces)
        {
            for (int i = piece.Start; i < piece.Start + piece.Length && !piece.IsStatistic; i++)
            {
                double difference = (double)a[i] - b[i];
                sum += difference * difference;
            }
        }

        return sum;
    }
}
