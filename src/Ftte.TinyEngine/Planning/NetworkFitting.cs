using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Provides a method that fits training into a memory budget.</summary>
public static class NetworkFitting
{
    /// <summary>The default number of labels (sets of choices) that a fit keeps over all steps. With more, a fit takes seconds if the optimum cannot be proven, and the result is rarely better.</summary>
    private const int FittingLabels = 1 << 22;

    private const int MinLabels = 1 << 10;
    private const int MaxLabels = 1 << 14;

    /// <summary>The shares of the input channels of a layer that can be trained, unless the caller specifies others.</summary>
    internal static readonly double[] DefaultInputShares = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    /// <summary>Finds the best selection and micro-batch size within a memory budget.</summary>
    /// <param name="network">The network.</param>
    /// <param name="memoryBudgetBytes">The maximum of <see cref="TrainingPlan.PeakBytes"/> of the result.</param>
    /// <param name="options">The training options; null for the defaults.</param>
    /// <param name="engine">
    /// The engine options; null for the defaults. If <see cref="EngineOptions.MicroBatchSize"/> is null, the batch size is tried, and then half of it repeatedly down to 1.
    /// </param>
    /// <param name="importance">The importance of each block; null to use the number of trainable parameters.</param>
    /// <param name="inputShares">The shares of the input channels of a layer that can be trained; null for 1/8, 1/4, 1/2 and 1.</param>
    /// <param name="selector">The selector, used if not all parameters fit; null for an <see cref="ExactSelector"/> with at most 2^14 labels per step, and fewer for networks with hundreds of steps.</param>
    /// <param name="exampleCount">The number of examples; needed only if <see cref="EngineOptions.CacheFrozenFeatures"/> keeps features of each example.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <remarks>With <see cref="NormalizationMode.Batch"/>, the selection of the plan also contains the running statistics.</remarks>
    /// <returns>
    /// The plan with the highest objective. Of plans whose objectives differ by at most one part in 10^9, the one with the largest micro-batch, which is the fastest.
    /// </returns>
    /// <exception cref="BudgetTooSmallException">No choice fits; the exception states the minimum budget.</exception>
    /// <exception cref="ArgumentException">The options are not compatible with each other.</exception>
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
        importance ??= network.CountTrainable();
        EngineOptions[] candidates = CreateCandidates(options, engine ?? new EngineOptions());
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
                rank, candidate, network.Profile(options, candidate, inputShares ?? DefaultInputShares, frozen: null, exampleCount, cancellationToken))),
        ];
        var search = new PlanSearch(
            memoryBudgetBytes, importance, selector ?? CreateSelector(network),
            (selection, candidate) => network.Plan(AddStatistics(network, selection, options), options, candidate, exampleCount: exampleCount));
        return search.Find(profiled, cancellationToken);
    }

    /// <summary>Returns the number of trainable parameters of each block as its importance.</summary>
    internal static BlockImportance CountTrainable(this Network network) =>
        new(network.Layout, [.. network.Layout.Blocks.Select(b => network.Trainable.Contains(b.Range.Start) ? (double)b.Range.Length : 0)]);

    /// <summary>Creates the exact selector, with fewer labels for networks with hundreds of steps.</summary>
    internal static ExactSelector CreateSelector(Network network) => new() { Labels = Math.Clamp(FittingLabels / network.Operations.Length, MinLabels, MaxLabels) };

    /// <summary>Adds the running statistics that training changes.</summary>
    internal static ParameterSelection AddStatistics(Network network, ParameterSelection selection, SgdOptions options) =>
        options.Normalization == NormalizationMode.Batch ? selection.Union(network.Statistics) : selection;

    private static EngineOptions[] CreateCandidates(SgdOptions options, EngineOptions engine)
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
