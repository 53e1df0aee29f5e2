using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class SelectionVerifierTests
{
    private static readonly SelectionRequest Request = WideProfiles.Request(new Random(11), minSteps: 6, maxSteps: 6) with
    {
        MemoryBudgetBytes = 2000,
        PayloadBudgetBytes = 250,
        ComputeBudget = 2000,
    };

    private static readonly SelectionResult Honest = new ExactSelector().Select(Request);

    public static TheoryData<string, Func<SelectionCertificate, SelectionCertificate>> Changes => new()
    {
        { "objective", c => c with { Objective = Math.BitIncrement(c.Objective) } },
        { "objective", c => c with { Objective = c.Objective * 2 } },
        { "upper bound", c => c with { UpperBound = double.NaN } },
        { "no choices", c => c with { Choices = default } },
        { "no timeline", c => c with { Timeline = null! } },
        { "upper bound", c => c with { UpperBound = c.Objective / 2 } },
        { "memory slack", c => c with { MemorySlackBytes = c.MemorySlackBytes + 1 } },
        { "payload slack", c => c with { PayloadSlackBytes = c.PayloadSlackBytes - 1 } },
        { "payload slack", c => c with { PayloadSlackBytes = null } },
        { "compute slack", c => c with { ComputeSlack = c.ComputeSlack + 1 } },
        { "payload bytes", c => c with { PayloadBytes = c.PayloadBytes - 4 } },
        { "multiply-adds", c => c with { MultiplyAdds = c.MultiplyAdds - 1 } },
        { "pass", c => c with { Timeline = MemoryTimeline.Compute(Request.Profile, [.. c.Choices.Select((x, t) => t == c.Timeline.Cut ? -1 : x)]) } },
        { "states peak", c => c with { Timeline = Changed(c, resident: 1) } },
        { "states binding step", c => c with { Timeline = Changed(c, (step, t) => t == 5 ? step with { ForwardBytes = 5000 } : step) } },
        { "states cut", c => c with { Timeline = MemoryTimeline.Compute(Request.Profile, [.. c.Choices.Select((x, t) => t == c.Timeline.Cut ? -1 : x)]) } },
        { "forward pass in the certificate are incorrect from step 1 on", c => c with { Timeline = Changed(c, (step, t) => t == 1 ? step with { ForwardBytes = step.ForwardBytes + 1 } : step) } },
        { "backward pass in the certificate are incorrect from step 5 on", c => c with { Timeline = Changed(c, (step, t) => t == 5 ? step with { BackwardBytes = step.BackwardBytes + 1 } : step) } },
        { "coordinates", c => c with { Choices = [.. c.Choices.Select((x, t) => t == c.Timeline.Cut ? -1 : x)] } },
        { "choices. Specify one per step", c => c with { Choices = c.Choices[1..] } },
        { "has no choice", c => c with { Choices = c.Choices.SetItem(0, 99) } },
        { "No step has a choice", c => c with { Choices = [.. c.Choices.Select(_ => -1)] } },
        { "budgets are", c => c with { Choices = [.. Request.Profile.Steps.Select(s => s.Choices.Length - 1)] } },
    };

    [Fact]
    public void An_honest_certificate_has_no_faults() => Assert.Empty(SelectionVerifier.FindFaults(Request, Honest));

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_number_is_found_by_name(string name, Func<SelectionCertificate, SelectionCertificate> change)
    {
        SelectionResult forged = Honest with { Certificate = change(Honest.Certificate) };
        Assert.Contains(SelectionVerifier.FindFaults(Request, forged), fault => fault.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void Other_coordinates_than_the_choices_are_found()
    {
        SelectionResult forged = Honest with { Selection = ParameterSelection.Full(Request.Profile.Layout) };
        Assert.Contains(SelectionVerifier.FindFaults(Request, forged), fault => fault.Contains("coordinates", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(double.MaxValue)]
    public void A_true_upper_bound_that_is_looser_is_no_fault(double looser)
    {
        SelectionCertificate loose = Honest.Certificate with { UpperBound = Math.BitIncrement(Honest.Certificate.UpperBound!.Value + looser) };
        Assert.Empty(SelectionVerifier.FindFaults(Request, Honest with { Certificate = loose }));
    }

    [Fact]
    public void A_result_without_a_selection_or_certificate_is_a_fault()
    {
        Assert.Equal(["The result has no selection."], SelectionVerifier.FindFaults(Request, Honest with { Selection = null! }));
        Assert.Equal(["The result has no certificate."], SelectionVerifier.FindFaults(Request, Honest with { Certificate = null! }));
        Assert.Throws<ArgumentNullException>(() => SelectionVerifier.FindFaults(null!, Honest));
        Assert.Throws<ArgumentNullException>(() => SelectionVerifier.FindFaults(Request, null!));
    }

    [Fact]
    public void A_bad_selection_that_is_claimed_to_be_optimal_is_refuted_by_a_better_one()
    {
        int worst = Enumerable.Range(0, Request.Profile.Steps.Length).First(t => !Request.Profile.Steps[t].Choices.IsEmpty && Honest.Certificate.Choices[t] >= 0);
        SelectionResult poor = SelectionResult.Create(Request, [.. Request.Profile.Steps.Select((_, t) => t == worst ? 0 : -1)]);
        poor = poor with { Certificate = poor.Certificate with { UpperBound = poor.Certificate.Objective } };
        Assert.Contains(SelectionVerifier.FindFaults(Request, poor), fault => fault.Contains("upper bound", StringComparison.Ordinal) && fault.Contains("have the objective", StringComparison.Ordinal));
    }

    [Fact]
    public void A_timeline_of_more_steps_is_found()
    {
        var profile = new TrainingProfile(Layout("a"), 0, [new TrainingStep("a", 8, 8, 8, 0, [new TrainingChoice("all", [new(0, 4)], 8)])]);
        var request = new SelectionRequest(profile, new BlockImportance(profile.Layout, 1), 1 << 20);
        SelectionResult result = new GreedySelector().Select(request);
        var longer = new TrainingProfile(Layout("a", "b"), 0, [profile.Steps[0], profile.Steps[0] with { Name = "b", Choices = [] }]);

        IReadOnlyList<string> faults = SelectionVerifier.FindFaults(request, result with { Certificate = result.Certificate with { Timeline = MemoryTimeline.Compute(longer, [0, -1]) } });

        Assert.Contains("The bytes of the forward pass in the certificate are incorrect from step 1 on.", faults);

        static ParameterLayout Layout(params string[] blocks) => ParameterLayout.Create([.. blocks.Select(b => (b, new[] { 4 }))]);
    }

    [Fact]
    public void The_proven_bound_is_the_dual_bound_for_the_selection()
    {
        int single = Honest.Certificate.Timeline.Cut;
        SelectionResult poor = SelectionResult.Create(Request, [.. Honest.Certificate.Choices.Select((c, t) => t == single ? c : -1)]);
        foreach (SelectionResult result in (SelectionResult[])[Honest, poor])
        {
            double objective = result.Certificate.Objective;
            double bound = Request.Importance.Unscale(new DualBound(Request, Request.Importance.Scale(objective), (_, _) => false, default).Compute()!.Value);

            SelectionVerification verification = SelectionVerifier.Verify(Request, result);

            Assert.Equal(bound, verification.ProvenUpperBound!.Value, 1e-9);
            Assert.Equal(1 - (objective / bound), verification.ProvenGap!.Value, 1e-9);
        }
    }

    [Fact]
    public void A_claim_that_the_greedy_selection_exceeds_is_refuted_by_its_choices()
    {
        SelectionResult greedy = new GreedySelector().Select(Request);
        int cut = greedy.Certificate.Timeline.Cut;
        SelectionResult poor = SelectionResult.Create(Request, [.. greedy.Certificate.Choices.Select((c, t) => t == cut ? c : -1)]);
        poor = poor with { Certificate = poor.Certificate with { UpperBound = poor.Certificate.Objective } };

        SelectionVerification verification = SelectionVerifier.Verify(Request, poor);

        Assert.Contains($"the choices {string.Join(", ", greedy.Certificate.Choices)} are within the budgets", Assert.Single(verification.Faults), StringComparison.Ordinal);
        Assert.Equal((null, null), (verification.ProvenUpperBound, verification.ProvenGap));
    }

    [Fact]
    public void A_claim_that_the_greedy_selection_reaches_exactly_is_no_fault()
    {
        SelectionRequest request = Request with { MemoryBudgetBytes = 1 << 20, PayloadBudgetBytes = null, ComputeBudget = null };
        SelectionResult everything = new GreedySelector().Select(request);

        SelectionVerification verification = SelectionVerifier.Verify(request, everything with { Certificate = everything.Certificate with { UpperBound = everything.Certificate.Objective } });

        Assert.Empty(verification.Faults);
        Assert.Equal(everything.Certificate.Objective, verification.ProvenUpperBound!.Value, 1e-9);
    }

    private static MemoryTimeline Changed(SelectionCertificate certificate, Func<TrainingStep, int, TrainingStep>? change = null, long resident = 0) =>
        MemoryTimeline.Compute(new TrainingProfile(Request.Profile.Layout, Request.Profile.ResidentBytes + resident, [.. Request.Profile.Steps.Select(change ?? ((step, _) => step))]), certificate.Choices.AsSpan());

    /// <summary>Twenty thousand with FTTE_LONG=1 in the environment.</summary>
    [Fact]
    public void Of_a_thousand_models_the_proven_upper_bound_is_never_below_the_best_of_all_and_usually_close()
    {
        int proven = 0, close = 0;
        int count = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 20_000 : 1_000;
        for (int seed = 0; seed < count; seed++)
        {
            SelectionRequest request = WideProfiles.Request(new Random(seed), maxSteps: 6);
            if (Enumeration.Best(request) is not { } best)
            {
                continue;
            }

            SelectionVerification verification = SelectionVerifier.Verify(request, new ExactSelector().Select(request));
            Assert.True(verification.IsValid, $"seed {seed}: {string.Join(' ', verification.Faults)}");
            Assert.True(verification.ProvenUpperBound >= best, $"seed {seed}: {best} is above the bound {verification.ProvenUpperBound}");
            Assert.InRange(verification.ProvenGap!.Value, 0, 1);
            proven++;
            close += verification.ProvenGap <= 0.25 ? 1 : 0;
        }

        Assert.True(close > proven / 2, $"{close} of {proven} within a quarter");
    }

    [Fact]
    public void Verify_with_a_cancelled_token_throws_OperationCanceledException() =>
        Assert.ThrowsAny<OperationCanceledException>(() => SelectionVerifier.Verify(Request, Honest, new CancellationToken(canceled: true)));

    [Fact]
    public void A_certificate_of_another_request_is_not_accepted() =>
        Assert.NotEmpty(SelectionVerifier.FindFaults(Request with { MemoryBudgetBytes = 2001 }, Honest));

    [Fact]
    public void A_selector_that_proves_nothing_is_checked_for_what_it_says()
    {
        SelectionResult greedy = new GreedySelector().Select(Request);
        Assert.Null(greedy.Certificate.UpperBound);
        Assert.Empty(SelectionVerifier.FindFaults(Request, greedy));
    }
}
