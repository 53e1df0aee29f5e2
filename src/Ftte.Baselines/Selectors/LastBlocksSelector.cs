using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Selects as many last layers as fit, as in fine-tuning.</summary>
/// <remarks>
/// From the last step to the first, each step is trained as a whole. The first step that does not fit as a whole gets its largest choice that fits, and
/// ends the selection. Before the first choice, a step without a fitting choice is skipped. Importance is ignored. Throws only if no choice
/// fits. Stateless and thread-safe.
/// </remarks>
public sealed class LastBlocksSelector : IParameterSelector
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
            if (table.ChoiceCount(step) == 0)
            {
                continue;
            }

            int largest = table.BySize(step).First();
            choices[step] = table.BySize(step).FirstOrDefault(choice => table.FitsWith(choices, step, choice), -1);
            isEmpty &= choices[step] < 0;
            if (!isEmpty && choices[step] != largest)
            {
                break;
            }
        }

        return isEmpty ? throw table.Refusal() : SelectionResult.Create(request, choices);
    }
}
