namespace Ftte;

/// <summary>Checks a selection and its certificate against what was asked, without trusting who made them.</summary>
public static class SelectionVerifier
{
    /// <summary>Computes everything that a certificate says anew, from profile, importance and budgets, and compares.</summary>
    /// <remarks>An upper bound is proved again by searching, which takes as long as <see cref="ExactSelector"/> does.</remarks>
    /// <param name="request">What was asked; of a rotating selector, see <see cref="IParameterSelector"/>, what it asked the other.</param>
    /// <param name="result">What was answered.</param>
    /// <returns>What is wrong, in words; empty if every number is right and every budget kept.</returns>
    public static IReadOnlyList<string> FindFaults(SelectionRequest request, SelectionResult result)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(result);
        SelectionCertificate stated = result.Certificate;
        SelectionResult right;
        try
        {
            right = SelectionResult.Create(request, stated.Choices.AsSpan());
        }
        catch (ArgumentException impossible)
        {
            return [impossible.Message];
        }

        SelectionCertificate computed = right.Certificate;
        var faults = new List<string>();
        Compare("trained coordinates", result.Selection, right.Selection);
        Compare("objective", stated.Objective, computed.Objective);
        Compare("payload bytes", stated.PayloadBytes, computed.PayloadBytes);
        Compare("multiply-adds", stated.MultiplyAdds, computed.MultiplyAdds);
        Compare("memory slack", stated.MemorySlackBytes, computed.MemorySlackBytes);
        Compare("payload slack", stated.PayloadSlackBytes, computed.PayloadSlackBytes);
        Compare("compute slack", stated.ComputeSlack, computed.ComputeSlack);
        Compare("peak", stated.Timeline.PeakBytes, computed.Timeline.PeakBytes);
        Compare("binding step", stated.Timeline.BindingStep, computed.Timeline.BindingStep);
        Compare("cut", stated.Timeline.Cut, computed.Timeline.Cut);
        CompareAll("forward", stated.Timeline.Forward.AsSpan(), computed.Timeline.Forward.AsSpan());
        CompareAll("backward", stated.Timeline.Backward.AsSpan(), computed.Timeline.Backward.AsSpan());
        if (stated.UpperBound is not null)
        {
            Compare("upper bound", stated.UpperBound, Math.Max(ExactSelector.Solve(request).UpperBound, computed.Objective));
        }

        return faults;

        void Compare<T>(string what, T said, T found)
        {
            if (!Equals(said, found))
            {
                faults.Add($"The certificate says {what} {said}, it is {found}.");
            }
        }

        void CompareAll(string pass, ReadOnlySpan<long> said, ReadOnlySpan<long> found)
        {
            int at = said.CommonPrefixLength(found);
            if (at < Math.Max(said.Length, found.Length))
            {
                faults.Add($"The certificate's bytes of the {pass} pass are wrong from step {at} on.");
            }
        }
    }
}
