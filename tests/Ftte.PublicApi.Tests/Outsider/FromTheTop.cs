using Ftte.Selection;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A selector: from the last step towards the first, the largest choice of each that still fits; importance does not matter.</summary>
internal sealed class FromTheTop : IParameterSelector
{
    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        TrainingProfile profile = request.Profile;
        int[] choices = [.. profile.Steps.Select(_ => -1)];
        long smallest = long.MaxValue;
        for (int step = choices.Length - 1; step >= 0; step--)
        {
            foreach (int choice in Enumerable.Range(0, profile.Steps[step].Choices.Length).OrderByDescending(c => profile.Steps[step].Choices[c].ParameterCount))
            {
                choices[step] = choice;
                long peak = MemoryTimeline.Compute(profile, choices).PeakBytes;
                smallest = Math.Min(smallest, peak);
                if (peak <= request.MemoryBudgetBytes && !(Payload(profile, choices) > request.PayloadBudgetBytes))
                {
                    break;
                }

                choices[step] = -1;
            }
        }

        return choices.Any(choice => choice >= 0)
            ? SelectionResult.Create(request, choices)
            : throw new BudgetTooSmallException(request.MemoryBudgetBytes, smallest);
    }

    private static long Payload(TrainingProfile profile, int[] choices) =>
        sizeof(float) * profile.Steps.Zip(choices).Where(pair => pair.Second >= 0).Sum(pair => (long)pair.First.Choices[pair.Second].ParameterCount);
}
