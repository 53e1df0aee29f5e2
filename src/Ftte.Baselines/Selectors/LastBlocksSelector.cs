using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Trains the last layers, as many as fit: the usual fine-tuning.</summary>
/// <remarks>
/// From the last step towards the first, each is trained as a whole. The first that does not fit so is trained in part, by its largest choice that fits, and
/// ends the selection. As long as nothing is chosen, a step of which nothing fits is passed over. Importance plays no part. Refuses only if no choice
/// fits. Keeps nothing between calls and may be shared between threads.
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
