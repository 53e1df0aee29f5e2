using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Selects the biases and shifts of as many last layers as fit, which need no saved activations (TinyTL, arXiv 2007.11622; the bias update of TTE, arXiv 2206.15472).</summary>
/// <remarks>
/// From the last step to the first, each step gets its largest choice that saves no more than passing the gradient on. The first step whose choice
/// does not fit ends the selection; before the first choice, such steps are skipped instead. If no such choice fits, the selector takes the fitting choice of any kind that
/// saves the minimum. Importance is ignored. Throws only if no choice fits. Stateless and thread-safe.
/// </remarks>
public sealed class BiasOnlySelector : IParameterSelector
{
    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var table = new ChoiceTable(request);
        int[] choices = table.Nothing();
        bool isEmpty = true;
        for (int step = table.StepCount - 1; step >= 0; step--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (table.BiasChoice(step) is not (>= 0 and int bias))
            {
                continue;
            }

            bool fits = table.FitsWith(choices, step, bias);
            choices[step] = fits ? bias : -1;
            isEmpty &= !fits;
            if (!isEmpty && !fits)
            {
                break;
            }
        }

        return SelectionResult.Create(request, isEmpty ? CheapestSingle(request, table) : choices);
    }

    private static int[] CheapestSingle(SelectionRequest request, ChoiceTable table)
    {
        return table.Singles().Where(single => table.Fits(table.Cost(single))).MinBy(SavedBytes) ?? throw table.Refusal();

        long SavedBytes(int[] single)
        {
            int step = Array.FindIndex(single, choice => choice >= 0);
            return request.Profile.Steps[step].Choices[single[step]].SavedBytes;
        }
    }
}
