namespace Ftte.Selection;

/// <summary>Trains the last layers first, with little computing, and the whole network later, within one memory budget.</summary>
/// <remarks>
/// <para>The last layers learn fast, because a job computes, sends and receives little; but they reach a limit if the layers before them stay as they were. For the first turns, this selector therefore
/// limits the multiply-adds, which makes the inner selector choose the last layers. Later turns have no such limit. Progressive unfreezing reverses the order of layer-wise training (FedPart,
/// arXiv 2410.11559), because training starts from a base model.</para>
/// <para>Pure: the same request returns the same selection. To verify a result, verify it against the request that <see cref="Limit"/> returns, if the inner selector does not change it further.</para>
/// </remarks>
public sealed class GrowingSelector : IParameterSelector
{
    private readonly IParameterSelector _inner;
    private readonly long _turns;
    private readonly double _computeShare;

    /// <summary>Creates a growing selector.</summary>
    /// <param name="inner">The selector that chooses within the limits; null for a <see cref="RotatingSelector"/>.</param>
    /// <param name="turns">The number of turns with the limit; not negative.</param>
    /// <param name="computeShare">The limit, as a share of the multiply-adds of training everything; in (0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of turns is negative, or the share is not in (0, 1].</exception>
    public GrowingSelector(IParameterSelector? inner = null, long turns = 1, double computeShare = 0.42)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(turns);
        if (!(computeShare is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(computeShare), computeShare, "The share of the multiply-adds must be greater than 0 and at most 1.");
        }

        (_inner, _turns, _computeShare) = (inner ?? new RotatingSelector(), turns, computeShare);
    }

    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default) => _inner.Select(Limit(request), cancellationToken);

    /// <summary>Creates the request to the inner selector.</summary>
    /// <param name="request">The original request.</param>
    /// <returns>The request with a limit of the multiply-adds during the first turns, and with its turn counted from the end of the limit after that.</returns>
    public SelectionRequest Limit(SelectionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Turn >= _turns)
        {
            return request with { Turn = request.Turn - _turns };
        }

        long limit = (long)(_computeShare * CountAll(request.Profile));
        return request with { ComputeBudget = Math.Min(limit, request.ComputeBudget ?? long.MaxValue) };
    }

    /// <summary>Returns the multiply-adds of training all parameters with one example.</summary>
    private static long CountAll(TrainingProfile profile) => profile.CountMultiplyAdds(
        [.. profile.Steps.Select(step => step.Choices.Select((choice, i) => (choice.ParameterCount, Index: i)).DefaultIfEmpty((0, Index: -1)).Max().Index)]);
}
