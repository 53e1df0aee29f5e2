using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Selects so that the plan of training, with the gaps between its tensors, fits the memory budget.</summary>
/// <remarks>
/// Other selectors keep the budget with the bytes that are in use at once. The memory of a <see cref="TrainingPlan"/> can be larger, and devices refuse work whose plan does not fit.
/// If that is the case, the selection is repeated with the budget reduced by the excess. With <see cref="NormalizationMode.Batch"/>, the selection also contains the running statistics.
/// </remarks>
public sealed class PlannedSelector : IParameterSelector
{
    private readonly Network _network;
    private readonly SgdOptions _options;
    private readonly EngineOptions _engine;
    private readonly IParameterSelector _selector;

    /// <summary>Initializes a new instance.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The training options of the devices; null for the defaults.</param>
    /// <param name="engine">The engine options of the devices; null for the defaults.</param>
    /// <param name="selector">The selector; null for an <see cref="ExactSelector"/> with at most 2^14 labels per step, and fewer for networks with hundreds of steps.</param>
    public PlannedSelector(Network network, SgdOptions? options = null, EngineOptions? engine = null, IParameterSelector? selector = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        _options = options?.Copy() ?? new SgdOptions();
        _engine = engine?.Copy() ?? new EngineOptions();
        _selector = selector ?? NetworkFitting.CreateSelector(network);
    }

    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (long budget = request.MemoryBudgetBytes; ;)
        {
            SelectionResult chosen = _selector.Select(request with { MemoryBudgetBytes = budget }, cancellationToken);
            ParameterSelection selection = NetworkFitting.AddStatistics(_network, chosen.Selection, _options);
            long required = _network.Plan(selection, _options, _engine).PeakBytes;
            if (required <= request.MemoryBudgetBytes)
            {
                return chosen with { Selection = selection, RequiredMemoryBytes = required };
            }

            budget -= required - request.MemoryBudgetBytes;
            if (budget < 0)
            {
                throw new BudgetTooSmallException(request.MemoryBudgetBytes, required);
            }
        }
    }
}
