namespace Ftte.Tests.Selecting;

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
        { "upper bound", c => c with { UpperBound = Math.BitIncrement(c.UpperBound!.Value) } },
        { "upper bound", c => c with { UpperBound = c.Objective / 2 } },
        { "memory slack", c => c with { MemorySlackBytes = c.MemorySlackBytes + 1 } },
        { "payload slack", c => c with { PayloadSlackBytes = c.PayloadSlackBytes - 1 } },
        { "payload slack", c => c with { PayloadSlackBytes = null } },
        { "compute slack", c => c with { ComputeSlack = c.ComputeSlack + 1 } },
        { "payload bytes", c => c with { PayloadBytes = c.PayloadBytes - 4 } },
        { "multiply-adds", c => c with { MultiplyAdds = c.MultiplyAdds - 1 } },
        { "pass", c => c with { Timeline = MemoryTimeline.Compute(Request.Profile, [.. c.Choices.Select((x, t) => t == c.Timeline.Cut ? -1 : x)]) } },
        { "coordinates", c => c with { Choices = [.. c.Choices.Select((x, t) => t == c.Timeline.Cut ? -1 : x)] } },
        { "choices are", c => c with { Choices = c.Choices[1..] } },
        { "has no choice", c => c with { Choices = c.Choices.SetItem(0, 99) } },
        { "Nothing is chosen", c => c with { Choices = [.. c.Choices.Select(_ => -1)] } },
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
