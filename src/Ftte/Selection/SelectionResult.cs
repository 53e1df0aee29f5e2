namespace Ftte.Selection;

/// <summary>A selection, and what it costs.</summary>
/// <param name="Selection">The coordinates to train.</param>
/// <param name="Certificate">What the selection is worth and costs, so that anyone can check it with <see cref="SelectionVerifier"/>.</param>
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
                objective += request.Importance.Scaled.Of(choice.Ranges);
                ranges.AddRange(choice.Ranges);
            }
        }

        if (ranges.Count == 0)
        {
            throw new ArgumentException("Nothing is chosen; a selector that finds nothing to fit throws BudgetTooSmallException.", nameof(choices));
        }

        var selection = ParameterSelection.Create(request.Profile.Layout.ParameterCount, ranges);
        var certificate = new SelectionCertificate(
            [.. choices],
            request.Importance.Unscale(objective),
            timeline,
            request.MemoryBudgetBytes - timeline.PeakBytes,
            sizeof(float) * (long)selection.Count,
            request.Profile.CountMultiplyAdds(choices));
        certificate = certificate with
        {
            PayloadSlackBytes = request.PayloadBudgetBytes - certificate.PayloadBytes,
            ComputeSlack = request.ComputeBudget - certificate.MultiplyAdds,
        };
        if (certificate.MemorySlackBytes < 0 || certificate.PayloadSlackBytes < 0 || certificate.ComputeSlack < 0)
        {
            throw new ArgumentException(
                $"The choices take {timeline.PeakBytes} bytes of memory, {certificate.PayloadBytes} bytes of payload and {certificate.MultiplyAdds} multiply-adds; "
                + $"the budgets are {request.MemoryBudgetBytes}, {request.PayloadBudgetBytes?.ToString() ?? "unlimited"} and {request.ComputeBudget?.ToString() ?? "unlimited"}.",
                nameof(choices));
        }

        return new SelectionResult(selection, certificate);
    }
}
