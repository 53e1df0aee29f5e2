using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Checks a selection and its certificate against the request, without trusting the selector.</summary>
/// <remarks>
/// <para>The verifier proves that the budgets are kept, and that every number of the certificate except the upper bound is correct, bit for bit. It computes its own
/// upper bound by weak duality, without a search (<see cref="SelectionVerification.ProvenUpperBound"/>).</para>
/// <para>The verifier refutes an upper bound that is not a number, is below the objective, or is below the objective of another selection within the budgets that it
/// finds.</para>
/// <para>An upper bound below <see cref="SelectionVerification.ProvenUpperBound"/> that no known selection exceeds is neither proven nor refuted. A dual bound is looser
/// than the bound of an exact search, so such a claim is not a fault. <see cref="SelectionVerification.ProvenGap"/> states to what extent optimality is confirmed.</para>
/// </remarks>
public static class SelectionVerifier
{
    /// <summary>Finds the faults of a result.</summary>
    /// <param name="request">The request; for a <see cref="RotatingSelector"/>, the request that <see cref="RotatingSelector.Rotate"/> returns.</param>
    /// <param name="result">The result.</param>
    /// <param name="cancellationToken">Cancels the verification.</param>
    /// <returns>The faults, one sentence each; empty if there are none. See <see cref="SelectionVerifier"/> for the claims that are proven.</returns>
    /// <exception cref="ArgumentNullException">An argument is null. A part of the result that is null is a fault.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static IReadOnlyList<string> FindFaults(SelectionRequest request, SelectionResult result, CancellationToken cancellationToken = default) =>
        Verify(request, result, cancellationToken).Faults;

    /// <summary>Finds the faults of a result, and proves an upper bound of the objective.</summary>
    /// <param name="request">The request; for a <see cref="RotatingSelector"/>, the request that <see cref="RotatingSelector.Rotate"/> returns.</param>
    /// <param name="result">The result.</param>
    /// <param name="cancellationToken">Cancels the verification.</param>
    /// <returns>The faults, and an upper bound that is proven without the selector.</returns>
    /// <exception cref="ArgumentNullException">An argument is null. A part of the result that is null is a fault.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static SelectionVerification Verify(SelectionRequest request, SelectionResult result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(result);
        if (FindMissingPart(result) is { } missing)
        {
            return new SelectionVerification([$"The result has no {missing}."], null, null);
        }

        SelectionCertificate stated = result.Certificate;
        SelectionResult correct;
        try
        {
            correct = SelectionResult.Create(request, stated.Choices.AsSpan());
        }
        catch (ArgumentException impossible)
        {
            return new SelectionVerification([impossible.Message], null, null);
        }

        var faults = ImmutableArray.CreateBuilder<string>();
        CompareAll(result, correct, faults);
        double objective = correct.Certificate.Objective;
        if (stated.UpperBound is { } claim && !(claim >= objective))
        {
            faults.Add($"The certificate states the upper bound {claim}, which is not at least the objective {objective}.");
            return new SelectionVerification(faults.DrainToImmutable(), null, null);
        }

        double? bound = Prove(request, correct, stated.UpperBound, faults, cancellationToken);
        return new SelectionVerification(faults.DrainToImmutable(), bound, bound is { } proven and > 0 ? Math.Max(0, 1 - (objective / proven)) : bound);
    }

    private static string? FindMissingPart(SelectionResult result) =>
        result.Selection is null ? "selection"
        : result.Certificate is null ? "certificate"
        : result.Certificate.Choices.IsDefault ? "choices in its certificate"
        : result.Certificate.Timeline is null ? "timeline in its certificate"
        : null;

    /// <summary>Computes an upper bound of the optimum, and adds a fault if the objective of another selection exceeds the claimed bound.</summary>
    private static double? Prove(
        SelectionRequest request, SelectionResult correct, double? claim, ImmutableArray<string>.Builder faults, CancellationToken cancellationToken)
    {
        BlockImportance importance = request.Importance;
        double target = correct.Certificate.Choices.Select((c, t) => c < 0 ? 0 : importance.Scaled.Of(request.Profile.Steps[t].Choices[c].Ranges)).Sum();
        if (claim is not null && ExceedsClaim([.. new GreedySelector().Select(request, cancellationToken).Certificate.Choices], double.PositiveInfinity))
        {
            return null;
        }

        double? bound = new DualBound(request, target, ExceedsClaim, cancellationToken).Compute();
        return bound is { } proven ? Math.Max(correct.Certificate.Objective, importance.Unscale(proven)) : null;

        bool ExceedsClaim(int[] choices, double scaledObjective)
        {
            if (claim is null || !(importance.Unscale(scaledObjective) > claim) || !request.Fits(choices))
            {
                return false;
            }

            double found = SelectionResult.Create(request, choices).Certificate.Objective;
            if (found > claim)
            {
                faults.Add($"The certificate states the upper bound {claim}, but the choices {string.Join(", ", choices)} are within the budgets and have the objective {found}.");
            }

            return found > claim;
        }
    }

    private static void CompareAll(SelectionResult result, SelectionResult correct, ImmutableArray<string>.Builder faults)
    {
        (SelectionCertificate stated, SelectionCertificate computed) = (result.Certificate, correct.Certificate);
        Compare("trained coordinates", result.Selection, correct.Selection);
        Compare("objective", stated.Objective, computed.Objective);
        Compare("payload bytes", stated.PayloadBytes, computed.PayloadBytes);
        Compare("multiply-adds", stated.MultiplyAdds, computed.MultiplyAdds);
        Compare("memory slack", stated.MemorySlackBytes, computed.MemorySlackBytes);
        Compare("payload slack", stated.PayloadSlackBytes, computed.PayloadSlackBytes);
        Compare("compute slack", stated.ComputeSlack, computed.ComputeSlack);
        Compare("peak", stated.Timeline.PeakBytes, computed.Timeline.PeakBytes);
        Compare("binding step", stated.Timeline.BindingStep, computed.Timeline.BindingStep);
        Compare("cut", stated.Timeline.Cut, computed.Timeline.Cut);
        ComparePass("forward", stated.Timeline.Forward.AsSpan(), computed.Timeline.Forward.AsSpan());
        ComparePass("backward", stated.Timeline.Backward.AsSpan(), computed.Timeline.Backward.AsSpan());

        void Compare<T>(string name, T statedValue, T correctValue)
        {
            if (!Equals(statedValue, correctValue))
            {
                faults.Add($"The certificate states {name} {statedValue}; the correct value is {correctValue}.");
            }
        }

        void ComparePass(string pass, ReadOnlySpan<long> statedBytes, ReadOnlySpan<long> correctBytes)
        {
            int at = statedBytes.CommonPrefixLength(correctBytes);
            if (at < Math.Max(statedBytes.Length, correctBytes.Length))
            {
                faults.Add($"The bytes of the {pass} pass in the certificate are incorrect from step {at} on.");
            }
        }
    }
}
