namespace Ftte.Selection;

/// <summary>Changes the trained channels at every turn, and optionally the trained part of the network, so that over time all parameters are trained.</summary>
/// <remarks>
/// <para>Another selector chooses the layers and the number of channels. If a choice trains only some input channels, the first channel of its window is
/// drawn from the seed, the <see cref="SelectionRequest.Turn"/> and the step: TraDy (arXiv 2510.19675) found that channels that change
/// from version to version are better than any fixed ones. Costs and importance do not depend on the position of the window.</para>
/// <para>With a block cycle, the trainable steps are divided into parts of equal numbers of steps. Every turn offers only one part, from the first layers
/// to the last and then from the first again (FedPart, arXiv 2410.11559). This is for training from random weights, for which a fixed selection would never train some
/// features. A part in which nothing fits is skipped.</para>
/// <para>Pure: the same request returns the same selection. To verify a result, verify it against the request that <see cref="Rotate"/> returns.</para>
/// </remarks>
public sealed class RotatingSelector : IParameterSelector
{
    private readonly IParameterSelector _inner;
    private readonly ulong _seed;
    private readonly int? _blockCycle;
    private readonly long _warmupTurns;

    /// <summary>Creates a rotating selector.</summary>
    /// <param name="inner">The selector that chooses among the offered choices; null for the exact selector.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="blockCycle">The number of parts of the network, at least 1; null to offer the whole network at every turn.</param>
    /// <param name="warmupTurns">The number of turns that offer the whole network before the cycle starts.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cycle is below 1 or the warm-up negative.</exception>
    public RotatingSelector(IParameterSelector? inner = null, ulong seed = 0, int? blockCycle = null, long warmupTurns = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockCycle ?? 1, 1, nameof(blockCycle));
        ArgumentOutOfRangeException.ThrowIfNegative(warmupTurns);
        (_inner, _seed, _blockCycle, _warmupTurns) = (inner ?? new ExactSelector(), seed, blockCycle, warmupTurns);
    }

    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default) => _inner.Select(RotateRequest(request, cancellationToken), cancellationToken);

    /// <summary>Creates the request to the inner selector: with moved windows, and only the part of the network for this turn.</summary>
    /// <param name="request">The original request.</param>
    /// <returns>The same request with other choices in the profile.</returns>
    public SelectionRequest Rotate(SelectionRequest request) => RotateRequest(request, default);

    private SelectionRequest RotateRequest(SelectionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        TrainingStep[] moved = [.. request.Profile.Steps.Select((step, t) => Move(step, t, request.Turn))];
        if (_blockCycle is not { } cycle || request.Turn < _warmupTurns)
        {
            return With(request, moved);
        }

        int[] trainable = [.. Enumerable.Range(0, moved.Length).Where(t => !moved[t].Choices.IsEmpty)];
        int parts = Math.Min(cycle, trainable.Length);
        for (int skipped = 0; skipped < parts; skipped++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int part = (int)((((request.Turn - _warmupTurns) % parts) + skipped) % parts);
            HashSet<int> offered = [.. trainable[(int)((long)trainable.Length * part / parts)..(int)((long)trainable.Length * (part + 1) / parts)]];
            SelectionRequest rotated = With(request, [.. moved.Select((step, t) => offered.Contains(t) ? step : step with { Choices = [] })]);
            var table = new ChoiceTable(rotated);
            if (table.Singles().Any(single => table.Fits(table.Cost(single))))
            {
                return rotated;
            }
        }

        return With(request, moved);
    }

    private TrainingStep Move(TrainingStep step, int t, long turn)
    {
        ulong draw = SplitMix64.Mix(SplitMix64.Mix(_seed ^ SplitMix64.Mix((ulong)turn)) + (ulong)t);
        return step with
        {
            Choices = [.. step.Choices.Select(choice => choice.Window is { } window ? choice.MoveWindow((int)(draw % (ulong)window.Channels)) : choice)],
        };
    }

    private static SelectionRequest With(SelectionRequest request, TrainingStep[] steps) =>
        new(new TrainingProfile(request.Profile.Layout, request.Profile.ResidentBytes, [.. steps]), request.Importance, request.MemoryBudgetBytes, request.PayloadBudgetBytes)
        {
            ComputeBudget = request.ComputeBudget,
            Turn = request.Turn,
        };
}
