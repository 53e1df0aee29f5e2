using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Trains biases and shifts, as deep as fits: what needs nothing saved (TinyTL, arXiv 2007.11622; the bias update of TTE, arXiv 2206.15472).</summary>
/// <remarks>
/// From the last step towards the first, each is trained by its largest choice that saves no more than passing the gradient on does; the first that
/// does not fit ends the selection. As long as nothing is chosen it is passed over. If no such choice fits, the one choice of any kind is trained that fits and
/// saves least. Importance plays no part. Refuses only if no choice fits. Keeps nothing between calls and may be shared between threads.
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
