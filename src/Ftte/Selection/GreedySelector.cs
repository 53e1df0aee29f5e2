namespace Ftte;

/// <summary>Chooses in order of importance per byte: simple, fast, and usually close to the best.</summary>
/// <remarks>
/// Starts from nothing and takes, as long as one fits, the choice that adds the most importance for each byte that it adds to the peak. A step
/// that has a choice may trade it for a better one. A choice that adds nothing to the peak comes before all that do; ties go to the
/// earlier step, then the earlier choice. Never exceeds a budget; may miss the optimum, as greedy choices do in a knapsack. Stateless.
/// </remarks>
public sealed class GreedySelector : IParameterSelector
{
    /// <inheritdoc />
    public SelectionResult Select(SelectionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        TrainingProfile profile = request.Profile;
        var choices = new int[profile.Steps.Length];
        Array.Fill(choices, -1);
        double[][] worth = [.. profile.Steps.Select(s => s.Choices.Select(c => request.Importance.Of(c.Ranges)).ToArray())];
        MemoryTimeline timeline = MemoryTimeline.Compute(profile, choices);
        while (FindBest(request, worth, choices, timeline.PeakBytes) is { } best)
        {
            choices[best.Step] = best.Choice;
            timeline = MemoryTimeline.Compute(profile, choices);
        }

        var ranges = choices.SelectMany((choice, step) => choice < 0 ? [] : profile.Steps[step].Choices[choice].Ranges);
        var selection = ParameterSelection.Create(profile.Layout.ParameterCount, ranges);
        if (selection.Count == 0)
        {
            throw new BudgetTooSmallException(request.MemoryBudgetBytes, SmallestPeak(profile));
        }

        var certificate = new SelectionCertificate(
            [.. choices],
            choices.Select((choice, step) => choice < 0 ? 0 : worth[step][choice]).Sum(),
            timeline,
            request.MemoryBudgetBytes - timeline.PeakBytes,
            PayloadOf(profile, choices));
        return new SelectionResult(selection, certificate);
    }

    private static (int Step, int Choice)? FindBest(SelectionRequest request, double[][] worth, int[] choices, long peak)
    {
        (int Step, int Choice)? best = null;
        double bestRate = 0;
        for (int step = 0; step < choices.Length; step++)
        {
            int before = choices[step];
            for (int choice = 0; choice < worth[step].Length; choice++)
            {
                double gain = worth[step][choice] - (before < 0 ? 0 : worth[step][before]);
                choices[step] = choice;
                long added = MemoryTimeline.Compute(request.Profile, choices).PeakBytes - peak;
                double rate = added > 0 ? gain / added : double.PositiveInfinity;
                if (gain > 0 && rate > bestRate && peak + added <= request.MemoryBudgetBytes && !(PayloadOf(request.Profile, choices) > request.PayloadBudgetBytes))
                {
                    (best, bestRate) = ((step, choice), rate);
                }
            }

            choices[step] = before;
        }

        return best;
    }

    private static long PayloadOf(TrainingProfile profile, int[] choices) =>
        sizeof(float) * choices.Select((choice, step) => choice < 0 ? 0L : profile.Steps[step].Choices[choice].ParameterCount).Sum();

    private static long SmallestPeak(TrainingProfile profile)
    {
        long smallest = long.MaxValue;
        var choices = new int[profile.Steps.Length];
        Array.Fill(choices, -1);
        for (int step = 0; step < choices.Length; step++)
        {
            for (int choice = 0; choice < profile.Steps[step].Choices.Length; choice++)
            {
                choices[step] = choice;
                smallest = Math.Min(smallest, MemoryTimeline.Compute(profile, choices).PeakBytes);
            }

            choices[step] = -1;
        }

        return smallest;
    }
}
