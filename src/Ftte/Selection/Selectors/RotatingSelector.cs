namespace Ftte.Selection;

/// <summary>Trains other channels at every turn, and if so asked another part of the network, so that in time everything is trained.</summary>
/// <remarks>
/// <para>Which layers and how much of them is for another selector to say. Of those of which only some input channels are trained, the window of channels begins at
/// one drawn from the seed, the <see cref="SelectionRequest.Turn"/> and the step: TraDy (arXiv 2510.19675) found that channels chosen
/// anew from version to version beat any that stay. Costs and worth are the same wherever the window lies.</para>
/// <para>With a block cycle the steps that can be trained are divided into parts of as many steps each, and every turn offers only one of them, from the first layers
/// to the last and then again (FedPart, arXiv 2410.11559); meant for training from random weights, where a fixed selection would leave random
/// features for good. A part of which nothing fits is passed over.</para>
/// <para>Pure: the same request gives the same selection. To verify a result, verify it against what <see cref="Rotate"/> makes of the request.</para>
/// </remarks>
public sealed class RotatingSelector : IParameterSelector
{
    private readonly IParameterSelector _inner;
    private readonly ulong _seed;
    private readonly int? _blockCycle;
    private readonly long _warmupTurns;

    /// <summary>Makes a rotating selector.</summary>
    /// <param name="inner">What chooses among what is offered; null for the exact selector.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="blockCycle">Into how many parts the network is divided; null to offer all of it at every turn.</param>
    /// <param name="warmupTurns">How many turns offer everything before the cycle begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cycle is below 1 or the warm-up negative.</exception>
    public RotatingSelector(IParameterSelector? inner = null, ulong seed = 0, int? blockCycle = null, long warmupTurns = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockCycle ?? 1, 1, nameof(blockCycle));
        ArgumentOutOfRangeException.ThrowIfNegative(warmupTurns);
        (_inner, _seed, _blockCycle, _warmupTurns) = (inner ?? new ExactSelector(), seed, blockCycle, warmupTurns);
    }

    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default) => _inner.Select(RotateRequest(request, cancellationToken), cancellationToken);

    /// <summary>Gives what the other selector is asked: windows moved, and only the part of the network whose turn it is.</summary>
    /// <param name="request">What is asked.</param>
    /// <returns>The same request about a profile with other choices.</returns>
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
