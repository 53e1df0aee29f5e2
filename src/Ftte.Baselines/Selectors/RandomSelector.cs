using Ftte.Selection;

namespace Ftte.Baselines;

/// <summary>Selects random choices, as many as fit; a baseline for other selectors.</summary>
/// <remarks>
/// Iterates over all choices of all steps in a random order that follows from the seed and <see cref="SelectionRequest.Turn"/>, and takes each choice that fits and is larger than
/// the current choice of its step. Importance is ignored. Throws only if no choice fits. Stateless and thread-safe.
/// </remarks>
/// <param name="seed">The seed; the same seed gives the same selections on every machine.</param>
public sealed class RandomSelector(ulong seed = 0) : IParameterSelector
{
    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var table = new ChoiceTable(request);
        ulong origin = SplitMix64.Mix(seed ^ SplitMix64.Mix((ulong)request.Turn));
        (int Step, int Choice)[] order =
        [
            .. Enumerable.Range(0, table.StepCount)
                .SelectMany(step => Enumerable.Range(0, table.ChoiceCount(step)).Select(choice => (Step: step, Choice: choice)))
                .OrderBy(c => SplitMix64.Mix(origin ^ (((ulong)c.Step << 32) | (uint)c.Choice)))
                .ThenBy(c => c),
        ];
        int[] choices = table.Nothing();
        foreach ((int step, int choice) in order)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isLarger = choices[step] < 0 || table.Payload(step, choice) > table.Payload(step, choices[step]);
            choices[step] = isLarger && table.FitsWith(choices, step, choice) ? choice : choices[step];
        }

        return choices.All(choice => choice < 0) ? throw table.Refusal() : SelectionResult.Create(request, choices);
    }
}
