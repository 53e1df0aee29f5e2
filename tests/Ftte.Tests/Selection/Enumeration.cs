using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>The oracle of every selector: all sets of choices of a small model, by the memory model's own words.</summary>
internal static class Enumeration
{
    /// <summary>Finds what the best selection within the budgets is worth; null if nothing fits.</summary>
    public static double? Best(SelectionRequest request)
    {
        TrainingProfile profile = request.Profile;
        double[][] worth = [.. profile.Steps.Select(s => s.Choices.Select(c => request.Importance.Of(c.Ranges)).ToArray())];
        int[] choices = [.. profile.Steps.Select(_ => -1)];
        double? best = null;
        Try(0, 0);
        return best;

        void Try(int step, double sum)
        {
            if (step == choices.Length)
            {
                if (!(sum <= best) && choices.Any(c => c >= 0) && Fits(request, choices))
                {
                    best = sum;
                }

                return;
            }

            for (choices[step] = -1; choices[step] < worth[step].Length; choices[step]++)
            {
                Try(step + 1, sum + (choices[step] < 0 ? 0 : worth[step][choices[step]]));
            }
        }
    }

    public static bool Fits(SelectionRequest request, ReadOnlySpan<int> choices)
    {
        TrainingProfile profile = request.Profile;
        long persistent = 0, payload = 0, work = 0;
        int cut = choices.Length;
        for (int t = choices.Length - 1; t >= 0; t--)
        {
            if (choices[t] >= 0)
            {
                TrainingChoice choice = profile.Steps[t].Choices[choices[t]];
                cut = t;
                persistent += choice.PersistentBytes;
                payload += 4 * choice.ParameterCount;
                work += choice.MultiplyAdds;
            }
        }

        long always = profile.ResidentBytes + persistent, saved = 0, peak = 0;
        for (int t = 0; t < choices.Length; t++)
        {
            TrainingStep step = profile.Steps[t];
            work += step.ForwardMultiplyAdds;
            if (t < cut)
            {
                peak = Math.Max(peak, always + profile.Steps[cut].BoundaryBytes + (step.StreamedForwardBytes ?? step.ForwardBytes));
                continue;
            }

            TrainingChoice? choice = choices[t] < 0 ? null : step.Choices[choices[t]];
            peak = Math.Max(peak, always + saved + step.ForwardBytes);
            saved += choice?.SavedBytes ?? step.PassThroughSavedBytes;
            peak = Math.Max(peak, always + saved + (choice?.WorkspaceBytes ?? 0) + (t == cut ? step.BackwardBytesAtCut : step.BackwardBytes));
            work += t > cut ? step.InputGradientMultiplyAdds : 0;
        }

        return peak <= request.MemoryBudgetBytes && !(payload > request.PayloadBudgetBytes) && !(work > request.ComputeBudget);
    }
}
