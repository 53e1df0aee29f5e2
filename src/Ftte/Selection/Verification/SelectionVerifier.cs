using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Checks a selection and its certificate against the request, without trusting the selector.</summary>
/// <remarks>
/// <para>What is proven: that the budgets are kept, and every number of the certificate but the upper bound, bit for bit. For the upper bound the verifier computes one
/// of its own by weak duality, which involves no search (<see cref="SelectionVerification.ProvenUpperBound"/>).</para>
/// <para>What is refuted: an upper bound that is not a number, is below the objective, or is below what another selection within the budgets is worth.</para>
/// <para>What is neither: an upper bound below <see cref="SelectionVerification.ProvenUpperBound"/> that no known selection exceeds. A dual bound is looser than an exact
/// search, so such a claim is no fault; <see cref="SelectionVerification.ProvenGap"/> states how much of the optimality is confirmed.</para>
/// </remarks>
public static class SelectionVerifier
{
    /// <summary>Finds what is wrong with a result.</summary>
    /// <param name="request">The request; for a <see cref="RotatingSelector"/>, what <see cref="RotatingSelector.Rotate"/> makes of it.</param>
    /// <param name="result">The result.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    /// <returns>The faults, one sentence each; empty if there is none. See <see cref="SelectionVerifier"/> for what that proves.</returns>
    /// <exception cref="ArgumentNullException">An argument is null. A part of the result that is null is a fault.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IReadOnlyList<string> FindFaults(SelectionRequest request, SelectionResult result, CancellationToken cancellationToken = default) =>
        Verify(request, result, cancellationToken).Faults;

    /// <summary>Finds what is wrong with a result, and how close to the optimum it is proven to be.</summary>
    /// <param name="request">The request; for a <see cref="RotatingSelector"/>, what <see cref="RotatingSelector.Rotate"/> makes of it.</param>
    /// <param name="result">The result.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    /// <returns>The faults, and a bound that was proven without the selector.</returns>
    /// <exception cref="ArgumentNullException">An argument is null. A part of the result that is null is a fault.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SelectionVerification Verify(SelectionRequest request, SelectionResult result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(result);
        if (FindMissingPart(result) is { } missing)
        {
            return new SelectionVerification([$"The result has no {missing}."], null, null);
        }

        SelectionCertificate stated = result.Certificate;
        SelectionResult right;
        try
        {
            right = SelectionResult.Create(request, stated.Choices.AsSpan());
        }
        catch (ArgumentException impossible)
        {
            return new SelectionVerification([impossible.Message], null, null);
        }

        var faults = ImmutableArray.CreateBuilder<string>();
        CompareAll(result, right, faults);
        double objective = right.Certificate.Objective;
        if (stated.UpperBound is { } claim && !(claim >= objective))
        {
            faults.Add($"The certificate states the upper bound {claim}, which is not at least the objective {objective}.");
            return new SelectionVerification(faults.DrainToImmutable(), null, null);
        }

        double? bound = Prove(request, right, stated.UpperBound, faults, cancellationToken);
        return new SelectionVerification(faults.DrainToImmutable(), bound, bound is { } proven and > 0 ? Math.Max(0, 1 - (objective / proven)) : bound);
    }

    private static string? FindMissingPart(SelectionResult result) =>
        result.Selection is null ? "selection"
        : result.Certificate is null ? "certificate"
        : result.Certificate.Choices.IsDefault ? "choices in its certificate"
        : result.Certificate.Timeline is null ? "timeline in its certificate"
        : null;

    /// <summary>Bounds the optimum; adds a fault if another selection is worth more than the bound that is claimed.</summary>
    private static double? Prove(
        SelectionRequest request, SelectionResult right, double? claim, ImmutableArray<string>.Builder faults, CancellationToken cancellationToken)
    {
        BlockImportance importance = request.Importance;
        double target = right.Certificate.Choices.Select((c, t) => c < 0 ? 0 : importance.Scaled.Of(request.Profile.Steps[t].Choices[c].Ranges)).Sum();
        if (claim is not null && IsBetter([.. new GreedySelector().Select(request, cancellationToken).Certificate.Choices], double.PositiveInfinity))
        {
            return null;
        }

        double? bound = new DualBound(request, target, IsBetter, cancellationToken).Compute();
        return bound is { } proven ? Math.Max(right.Certificate.Objective, importance.Unscale(proven)) : null;

        bool IsBetter(int[] choices, double worth)
        {
            if (claim is null || !(importance.Unscale(worth) > claim) || !request.Fits(choices))
            {
                return false;
            }

            double found = SelectionResult.Create(request, choices).Certificate.Objective;
            if (found > claim)
            {
                faults.Add($"The certificate states the upper bound {claim}, but the choices {string.Join(", ", choices)} keep the budgets and are worth {found}.");
            }

            return found > claim;
        }
    }

    private static void CompareAll(SelectionResult result, SelectionResult right, ImmutableArray<string>.Builder faults)
    {
        (SelectionCertificate stated, SelectionCertificate computed) = (result.Certificate, right.Certificate);
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
        ComparePass("forward", stated.Timeline.Forward.AsSpan(), computed.Timeline.Forward.AsSpan());
        ComparePass("backward", stated.Timeline.Backward.AsSpan(), computed.Timeline.Backward.AsSpan());

        void Compare<T>(string what, T said, T found)
        {
            if (!Equals(said, found))
            {
                faults.Add($"The certificate states {what} {said}; the correct value is {found}.");
            }
        }

        void ComparePass(string pass, ReadOnlySpan<long> said, ReadOnlySpan<long> found)
        {
            int at = said.CommonPrefixLength(found);
            if (at < Math.Max(said.Length, found.Length))
            {
                faults.Add($"The certificate's bytes of the {pass} pass are wrong from step {at} on.");
            }
        }
    }
}
