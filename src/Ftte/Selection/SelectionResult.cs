using System.Collections.Immutable;

namespace Ftte;

/// <summary>A selection, and what it costs.</summary>
/// <param name="Selection">The coordinates to train.</param>
/// <param name="Certificate">What the selection is worth and costs, so that anyone can check it against the profile.</param>
public sealed record SelectionResult(ParameterSelection Selection, SelectionCertificate Certificate)
{
    /// <summary>Makes the result of one choice per step and computes its certificate: the last line of any selector.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="choices">For each step of the profile the index of its choice, or -1 to train nothing in it.</param>
    /// <returns>The result; it keeps within the budgets.</returns>
    /// <exception cref="ArgumentException">There is not one choice per step, a step does not have its choice, nothing is chosen, or a budget is exceeded.</exception>
    public static SelectionResult Create(SelectionRequest request, params ReadOnlySpan<int> choices)
    {
        ArgumentNullException.ThrowIfNull(request);
        MemoryTimeline timeline = MemoryTimeline.Compute(request.Profile, choices);
        var ranges = new List<ParameterRange>();
        double objective = 0;
        for (int t = 0; t < choices.Length; t++)
        {
            if (choices[t] >= 0)
            {
                TrainingChoice choice = request.Profile.Steps[t].Choices[choices[t]];
                objective += request.Importance.Of(choice.Ranges);
                ranges.AddRange(choice.Ranges);
            }
        }

        var selection = ParameterSelection.Create(request.Profile.Layout.ParameterCount, ranges);
        long payload = sizeof(float) * (long)selection.Count;
        if (selection.Count == 0)
        {
            throw new ArgumentException("Nothing is chosen; a selector that finds nothing to fit throws BudgetTooSmallException.", nameof(choices));
        }

        if (timeline.PeakBytes > request.MemoryBudgetBytes || payload > request.PayloadBudgetBytes)
        {
            throw new ArgumentException(
                $"The choices take {timeline.PeakBytes} bytes of memory and {payload} bytes of payload, the budgets are {request.MemoryBudgetBytes} and {request.PayloadBudgetBytes?.ToString() ?? "unlimited"}.",
                nameof(choices));
        }

        return new SelectionResult(
            selection,
            new SelectionCertificate([.. choices], objective, timeline, request.MemoryBudgetBytes - timeline.PeakBytes, payload));
    }
}

/// <summary>What a selection is worth and costs.</summary>
/// <param name="Choices">For each step of the profile the index of its choice, or -1 for none.</param>
/// <param name="Objective">The summed importance of what is trained.</param>
/// <param name="Timeline">The bytes in use step by step; its peak keeps within the memory budget.</param>
/// <param name="MemorySlackBytes">What the memory budget leaves over.</param>
/// <param name="PayloadBytes">The bytes of the trained values as float32, each way.</param>
public sealed record SelectionCertificate(
    ImmutableArray<int> Choices,
    double Objective,
    MemoryTimeline Timeline,
    long MemorySlackBytes,
    long PayloadBytes);
