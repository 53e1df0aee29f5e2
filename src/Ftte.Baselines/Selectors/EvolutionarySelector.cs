using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Searches as TTE does (arXiv 2206.15472, Eq. 5): over how deep biases are trained, and which layers' weights at which ratio. For comparison.</summary>
/// <remarks>
/// A genome says how many of the last steps get the largest choice that saves nothing, such as the bias, and what other choice each step gets, if any. A population of
/// them evolves: the fitter of a few drawn at random become parents, children take the first steps from one and the last from the other and change a little;
/// the fittest stay. What breaks a budget is less fit than anything that does not. Proves nothing, and never finds more than <see cref="ExactSelector"/>.
/// Refuses only if no choice fits. Deterministic; keeps nothing between calls and may be shared between threads.
/// </remarks>
public sealed class EvolutionarySelector : IParameterSelector
{
    private readonly EvolutionarySelectorOptions _options;

    /// <summary>Makes an evolutionary selector.</summary>
    /// <param name="options">How it searches; null for the defaults.</param>
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
