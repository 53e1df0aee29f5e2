namespace Ftte.Selection;

/// <summary>Represents the result of a selector.</summary>
/// <param name="Selection">The coordinates to train.</param>
/// <param name="Certificate">The certificate of the objective and the costs, which can be verified with <see cref="SelectionVerifier"/>.</param>
public sealed record SelectionResult(ParameterSelection Selection, SelectionCertificate Certificate)
{
    /// <summary>Gets the memory that training the selection requires on a device, in bytes. Devices with less get no work.</summary>
    /// <value>By default, the peak of the certificate. A selector that plans training more precisely states the memory of its plan.</value>
    public long RequiredMemoryBytes { get; init; } = Certificate.Timeline.PeakBytes;

    /// <summary>Creates a result from one choice per step and computes its certificate. Selectors call it last.</summary>
    /// <param name="request">The request.</param>
    /// <param name="choices">The index of the choice of each step of the profile, or -1 to train nothing in it.</param>
    /// <returns>The result, which keeps the budgets.</returns>
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
            throw new ArgumentException("No step has a choice. If no choice fits, throw a BudgetTooSmallException.", nameof(choices));
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
                $"The choices take {timeline.PeakBytes} bytes of memory, {certificate.PayloadBytes} bytes of payload and {certificate.MultiplyAdds} multiply-adds, but "
                + $"the budgets are {request.MemoryBudgetBytes}, {request.PayloadBudgetBytes?.ToString() ?? "unlimited"} and {request.ComputeBudget?.ToString() ?? "unlimited"}. Return choices within the budgets.",
                nameof(choices));
        }

        return new SelectionResult(selection, certificate);
    }
}
