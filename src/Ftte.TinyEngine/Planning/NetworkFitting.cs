using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Fits training into a memory budget.</summary>
public static class NetworkFitting
{
    /// <summary>How many sets of choices a fit keeps by default, all steps together: more take seconds where the optimum cannot be proved, and rarely find anything better.</summary>
    private const int FittingLabels = 1 << 22;

    private const int MinLabels = 1 << 10;
    private const int MaxLabels = 1 << 14;

    /// <summary>Finds what to train, and with which micro-batches, within a memory budget.</summary>
    /// <param name="network">The network.</param>
    /// <param name="memoryBudgetBytes">The most that training may take, <see cref="TrainingPlan.PeakBytes"/> of the result.</param>
    /// <param name="options">How it is trained; null for the defaults.</param>
    /// <param name="engine">
    /// How memory is used; null for the defaults. With <see cref="EngineOptions.MicroBatchSize"/> null, the batch and its halves down to 1 are tried.
    /// </param>
    /// <param name="importance">What training each block is worth; null to count parameters.</param>
    /// <param name="inputShares">The shares of a layer's input channels that may be trained; null for 1/8, 1/4, 1/2 and 1.</param>
    /// <param name="selector">What chooses where not everything fits; null for the exact one with at most 2^14 sets of choices per step, fewer in networks of hundreds of steps.</param>
    /// <param name="exampleCount">The number of examples; needed only where <see cref="EngineOptions.CacheFrozenFeatures"/> keeps something of each.</param>
    /// <param name="cancellationToken">Stops the search; nothing is kept of it.</param>
    /// <remarks>With <see cref="NormalizationMode.Batch"/>, the selection of the plan also contains the running statistics.</remarks>
    /// <returns>
    /// The plan that is worth most; of equals, up to one part in 10^9, the one with the largest micro-batch, which is the fastest.
    /// </returns>
    /// <exception cref="BudgetTooSmallException">Not even the smallest choice fits; the message says what it would take.</exception>
    /// <exception cref="ArgumentException">Options do not fit together.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static FittedPlan Fit(
        this Network network,
        long memoryBudgetBytes,
        SgdOptions? options = null,
        EngineOptions? engine = null,
        BlockImportance? importance = null,
        IReadOnlyList<double>? inputShares = null,
        IParameterSelector? selector = null,
        int exampleCount = 0,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfNegative(memoryBudgetBytes);
        options ??= new SgdOptions();
        importance ??= new BlockImportance(network.Layout, [.. network.Layout.Blocks.Select(b => network.Trainable.Contains(b.Range.Start) ? (double)b.Range.Length : 0)]);
        EngineOptions[] candidates = Candidates(options, engine ?? new EngineOptions());
        foreach (EngineOptions candidate in candidates)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TrainingPlan whole = network.Plan(network.GetTrainable(options.Normalization), options, candidate, exampleCount: exampleCount);
            if (whole.PeakBytes <= memoryBudgetBytes)
            {
                return new FittedPlan(whole, candidate, null);
            }
        }

        MicroBatchCandidate[] profiled =
        [
            .. candidates.Select((candidate, rank) => new MicroBatchCandidate(
                rank, candidate, network.Profile(options, candidate, inputShares ?? [1.0 / 8, 1.0 / 4, 1.0 / 2, 1], frozen: null, exampleCount, cancellationToken))),
        ];
        var search = new PlanSearch(
            memoryBudgetBytes, importance, selector ?? new ExactSelector { Labels = Math.Clamp(FittingLabels / network.Operations.Length, MinLabels, MaxLabels) },
            (selection, candidate) => network.Plan(Travelling(network, selection, options), options, candidate, exampleCount: exampleCount));
        return search.Find(profiled, cancellationToken);
    }

    /// <summary>Adds the running statistics that training changes.</summary>
    private static ParameterSelection Travelling(Network network, ParameterSelection selection, SgdOptions options) =>
        options.Normalization == NormalizationMode.Batch ? selection.Union(network.Statistics) : selection;

    private static EngineOptions[] Candidates(SgdOptions options, EngineOptions engine)
    {
        if (engine.MicroBatchSize is not null || options.Normalization == NormalizationMode.Batch)
        {
            return [engine];
        }

        var candidates = new List<EngineOptions>();
        for (int micro = options.BatchSize; micro >= 1; micro /= 2)
        {
            EngineOptions candidate = engine.Copy();
            candidate.MicroBatchSize = micro == options.BatchSize ? null : micro;
            candidates.Add(candidate);
        }

        return [.. candidates];
    }
}
