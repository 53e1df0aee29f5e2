using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Checks that a profile makes sense, so that selectors need not: what they rely on is said here.</summary>
internal static class TrainingProfileGuard
{
    /// <summary>More than anything ever takes, and small enough that selectors can weigh and add without overflow.</summary>
    public const long MostBytes = 1L << 46;

    public static void Check(ParameterLayout layout, long residentBytes, ImmutableArray<TrainingStep> steps)
    {
        if (steps.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A profile needs at least one step.", nameof(steps));
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
                throw Wrong($"Step '{step.Name}' trains coordinates that an earlier step trains as well; give each to one step, the first that uses it.");
            }

            trained = union;
            bytes += (Int128)step.ForwardBytes + step.BackwardBytes + step.BackwardBytesAtCut + step.PassThroughSavedBytes;
            bytes += (Int128)(step.StreamedForwardBytes ?? 0) + step.BoundaryBytes;
            bytes += step.Choices.Aggregate(Int128.Zero, (sum, choice) => sum + choice.SavedBytes + choice.PersistentBytes + choice.WorkspaceBytes);
            multiplyAdds += (Int128)step.ForwardMultiplyAdds + step.InputGradientMultiplyAdds;
            multiplyAdds += step.Choices.Aggregate(Int128.Zero, (sum, choice) => sum + choice.MultiplyAdds);
        }

        if (bytes > MostBytes || multiplyAdds > long.MaxValue)
        {
            throw Wrong("The steps take more bytes together than 64 tebibytes, or more multiply-adds than can be counted.");
        }

        if (trained.Count == 0)
        {
            throw Wrong("No step has a choice, so nothing could ever be trained.");
        }
    }

    /// <summary>Checks that there is one choice per step, and that each step has its choice.</summary>
    public static void CheckChoices(TrainingProfile profile, ReadOnlySpan<int> choices)
    {
        if (choices.Length != profile.Steps.Length)
        {
            throw new ArgumentException($"The profile has {profile.Steps.Length} steps, the choices are {choices.Length}.", nameof(choices));
        }

        for (int t = 0; t < choices.Length; t++)
        {
            if (choices[t] < -1 || choices[t] >= profile.Steps[t].Choices.Length)
            {
                throw new ArgumentException($"Step '{profile.Steps[t].Name}' has no choice {choices[t]}.", nameof(choices));
            }
        }
    }

    private static void CheckStep(TrainingStep step)
    {
        if (step is null || step.Choices.IsDefault || step.Choices.Contains(null!))
        {
            throw Wrong("A step, its list of choices or one of them is null; a step that nothing can be trained in has an empty list.");
        }

        if (Math.Min(Math.Min(step.ForwardBytes, step.BackwardBytes), Math.Min(step.BackwardBytesAtCut, step.PassThroughSavedBytes)) < 0
            || step.StreamedForwardBytes < 0 || step.BoundaryBytes < 0 || step.ForwardMultiplyAdds < 0 || step.InputGradientMultiplyAdds < 0)
        {
            throw Wrong($"Step '{step.Name}' has a negative number of bytes or multiply-adds.");
        }
    }

    private static ImmutableArray<ParameterRange> CheckChoice(ParameterLayout layout, TrainingStep step, TrainingChoice choice)
    {
        string name = $"Choice '{choice.Name}' of step '{step.Name}'";
        if (choice.Ranges.IsDefaultOrEmpty || choice.Ranges.Any(r => r.Length == 0))
        {
            throw Wrong($"{name} trains nothing, or has an empty range; training nothing is always possible and is not listed.");
        }

        if (choice.Ranges.Any(r => r.Start < 0 || r.Length < 0 || r.Start > layout.ParameterCount - r.Length))
        {
            throw Wrong($"{name} trains coordinates outside the layout's {layout.ParameterCount}.");
        }

        if (ParameterSelection.Create(layout.ParameterCount, choice.Ranges).Count < choice.Ranges.Sum(r => (long)r.Length))
        {
            throw Wrong($"{name} trains a coordinate twice.");
        }

        if (choice.SavedBytes < 0 || choice.PersistentBytes < 0 || choice.MultiplyAdds < 0 || choice.WorkspaceBytes < 0)
        {
            throw Wrong($"{name} has a negative cost.");
        }

        if (choice.Window is { } window && !window.Ranges.All(choice.Ranges.Contains))
        {
            throw Wrong($"{name} names a window of channels, but does not train all of it.");
        }

        // Selectors rely on it: while the first trained step stays, training more never takes less memory.
        if (choice.SavedBytes < step.PassThroughSavedBytes)
        {
            throw Wrong(
                $"{name} saves {choice.SavedBytes} bytes, fewer than the {step.PassThroughSavedBytes} that passing the gradient through does; it has to do both when an earlier step is trained.");
        }

        return choice.Ranges;
    }

    private static ArgumentException Wrong(string message) => new(message);
}
