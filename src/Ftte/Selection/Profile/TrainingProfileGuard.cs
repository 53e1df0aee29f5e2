using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Validates profiles, so that selectors can rely on these conditions.</summary>
internal static class TrainingProfileGuard
{
    /// <summary>The maximum sum of bytes: far above real profiles, and small enough that selectors can multiply and add without overflow.</summary>
    public const long MaxBytes = 1L << 46;

    public static void Check(ParameterLayout layout, long residentBytes, ImmutableArray<TrainingStep> steps)
    {
        if (steps.IsDefaultOrEmpty)
        {
            throw new ArgumentException("The profile has no steps. Specify at least one.", nameof(steps));
        }

        Int128 bytes = residentBytes, multiplyAdds = 0;
        var trained = ParameterSelection.Create(layout.ParameterCount, []);
        foreach (TrainingStep step in steps)
        {
            CheckStep(step);
            var own = ParameterSelection.Create(layout.ParameterCount, step.Choices.SelectMany(choice => CheckChoice(layout, step, choice)));
            ParameterSelection union = trained.Union(own);
            if (union.Count < trained.Count + own.Count)
            {
                throw Wrong($"Step '{step.Name}' trains coordinates that an earlier step also trains. Assign each coordinate to the first step that uses it.");
            }

            trained = union;
            bytes += (Int128)step.ForwardBytes + step.BackwardBytes + step.BackwardBytesAtCut + step.PassThroughSavedBytes;
            bytes += (Int128)(step.StreamedForwardBytes ?? 0) + step.BoundaryBytes;
            bytes += step.Choices.Aggregate(Int128.Zero, (sum, choice) => sum + choice.SavedBytes + choice.PersistentBytes + choice.WorkspaceBytes);
            multiplyAdds += (Int128)step.ForwardMultiplyAdds + step.InputGradientMultiplyAdds;
            multiplyAdds += step.Choices.Aggregate(Int128.Zero, (sum, choice) => sum + choice.MultiplyAdds);
        }

        if (bytes > MaxBytes || multiplyAdds > long.MaxValue)
        {
            throw Wrong("The sum of all bytes of the steps exceeds 64 TiB, or the sum of multiply-adds exceeds 64 bits. Check the numbers of the profile.");
        }

        if (trained.Count == 0)
        {
            throw Wrong("No step has a choice, so nothing can be trained. Add at least one choice.");
        }
    }

    /// <summary>Validates that there is one choice per step, and that each step has its choice.</summary>
    public static void CheckChoices(TrainingProfile profile, ReadOnlySpan<int> choices)
    {
        if (choices.Length != profile.Steps.Length)
        {
            throw new ArgumentException($"The profile has {profile.Steps.Length} steps, but there are {choices.Length} choices. Specify one per step.", nameof(choices));
        }

        for (int t = 0; t < choices.Length; t++)
        {
            if (choices[t] < -1 || choices[t] >= profile.Steps[t].Choices.Length)
            {
                throw new ArgumentException($"Step '{profile.Steps[t].Name}' has no choice {choices[t]}. Specify -1 to {profile.Steps[t].Choices.Length - 1}.", nameof(choices));
            }
        }
    }

    private static void CheckStep(TrainingStep step)
    {
        if (step is null || step.Choices.IsDefault || step.Choices.Contains(null!))
        {
            throw Wrong("A step, its list of choices or a choice is null. For a step without parameters, specify an empty list.");
        }

        if (Math.Min(Math.Min(step.ForwardBytes, step.BackwardBytes), Math.Min(step.BackwardBytesAtCut, step.PassThroughSavedBytes)) < 0
            || step.StreamedForwardBytes < 0 || step.BoundaryBytes < 0 || step.ForwardMultiplyAdds < 0 || step.InputGradientMultiplyAdds < 0)
        {
            throw Wrong($"Step '{step.Name}' has a negative number of bytes or multiply-adds. Specify numbers that are not negative.");
        }
    }

    private static ImmutableArray<ParameterRange> CheckChoice(ParameterLayout layout, TrainingStep step, TrainingChoice choice)
    {
        string name = $"Choice '{choice.Name}' of step '{step.Name}'";
        if (choice.Ranges.IsDefaultOrEmpty || choice.Ranges.Any(r => r.Length == 0))
        {
            throw Wrong($"{name} trains nothing or has an empty range. Remove it; training nothing is always possible without a choice.");
        }

        if (choice.Ranges.Any(r => r.Start < 0 || r.Length < 0 || r.Start > layout.ParameterCount - r.Length))
        {
            throw Wrong($"{name} trains coordinates outside the {layout.ParameterCount} parameters of the layout. Specify ranges within the layout.");
        }

        if (ParameterSelection.Create(layout.ParameterCount, choice.Ranges).Count < choice.Ranges.Sum(r => (long)r.Length))
        {
            throw Wrong($"{name} trains a coordinate twice. Specify disjoint ranges.");
        }

        if (choice.SavedBytes < 0 || choice.PersistentBytes < 0 || choice.MultiplyAdds < 0 || choice.WorkspaceBytes < 0)
        {
            throw Wrong($"{name} has a negative cost. Specify costs that are not negative.");
        }

        if (choice.Window is { } window && !window.Ranges.All(choice.Ranges.Contains))
        {
            throw Wrong($"{name} has a window of channels, but does not train all ranges of the window. Add the ranges, or remove the window.");
        }

        // Selectors rely on this: as long as the first trained step does not change, training more never needs less memory.
        if (choice.SavedBytes < step.PassThroughSavedBytes)
        {
            throw Wrong(
                $"{name} saves {choice.SavedBytes} bytes, fewer than the {step.PassThroughSavedBytes} that are saved to pass the gradient through. Include these bytes; both are needed if an earlier step is trained.");
        }

        return choice.Ranges;
    }

    private static ArgumentException Wrong(string message) => new(message);
}
