using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Selects with the evolutionary search of TTE (arXiv 2206.15472, Eq. 5) over the number of trained biases, and the layers and ratios of trained weights. Intended for comparison.</summary>
/// <remarks>
/// A genome contains the number of last steps that get the largest choice without saved activations, such as the bias, and optionally another choice for each step. A population of
/// genomes evolves: parents are selected by tournament, children get the first steps from one parent and the last from the other (one-point crossover) and mutate,
/// and the fittest genomes stay. A genome that exceeds a budget is less fit than any that does not. The search gives no bound, and never finds a better selection than <see cref="ExactSelector"/>.
/// Throws only if no choice fits. Deterministic, stateless and thread-safe.
/// </remarks>
public sealed class EvolutionarySelector : IParameterSelector
{
    private readonly EvolutionarySelectorOptions _options;

    /// <summary>Creates an evolutionary selector.</summary>
    /// <param name="options">The options of the search; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public EvolutionarySelector(EvolutionarySelectorOptions? options = null)
    {
        _options = options?.Copy() ?? new EvolutionarySelectorOptions();
        _options.Validate();
    }

    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var table = new ChoiceTable(request);
        int[] single = table.BestSingle(cancellationToken) ?? throw table.Refusal();
        int[]? evolved = new Evolution(new SelectionProblem(request), table, _options, (ulong)request.Turn).Run(cancellationToken);
        return SelectionResult.Create(request, evolved is not null && table.Importance(evolved) > table.Importance(single) ? evolved : single);
    }
}
