using Ftte.Selection;

namespace Ftte.Tests.Selection;

public class SelectionRequestTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [4]), ("b", [4]));
    private static readonly TrainingProfile Profile = new(Layout, 100, [new("a", 0, 0, 0, 0, [new("all", [Layout.RangeOf(0)], 10)]), new("b", 0, 0, 0, 0, [new("all", [Layout.RangeOf(1)], 5)])]);
    private static readonly BlockImportance Importance = new(Layout, 2, 3);
    private static readonly SelectionRequest Request = new(Profile, Importance, 120, 32);

    [Fact]
    public void Importance_of_another_model_is_refused() =>
        Assert.Throws<ArgumentException>(() => new SelectionRequest(Profile, new BlockImportance(ParameterLayout.Create(("a", [4]), ("c", [4])), 1, 1), 0));

    [Fact]
    public void Importance_of_an_equal_layout_will_do() =>
        Assert.NotNull(new SelectionRequest(Profile, new BlockImportance(ParameterLayout.Create(("a", [4]), ("b", [4])), 1, 1), 0));

    [Fact]
    public void Missing_parts_and_negative_budgets_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new SelectionRequest(null!, Importance, 0));
        Assert.Throws<ArgumentNullException>(() => new SelectionRequest(Profile, null!, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelectionRequest(Profile, Importance, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelectionRequest(Profile, Importance, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Request with { MemoryBudgetBytes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Request with { PayloadBudgetBytes = -1 });
    }

    [Fact]
    public void Budgets_can_be_varied()
    {
        SelectionRequest varied = Request with { MemoryBudgetBytes = 7, PayloadBudgetBytes = null };
        Assert.Equal((7L, null), (varied.MemoryBudgetBytes, varied.PayloadBudgetBytes));
        Assert.Same(Profile, varied.Profile);
    }

    [Theory]
    [InlineData(0, -1, true)]
    [InlineData(-1, 0, true)]
    [InlineData(-1, -1, false)]
    public void Choices_fit_if_something_is_trained(int first, int second, bool fits) => Assert.Equal(fits, Request.Fits([first, second]));

    [Theory]
    [InlineData(115, 32, 7, true)]
    [InlineData(114, 32, 7, false)]
    [InlineData(115, 31, 7, false)]
    [InlineData(115, 32, 6, false)]
    public void Choices_fit_up_to_each_budget(long memory, long payload, long compute, bool fits)
    {
        var profile = new TrainingProfile(Layout, 100, [Profile.Steps[0] with { ForwardMultiplyAdds = 7 }, Profile.Steps[1]]);
        Assert.Equal(fits, new SelectionRequest(profile, Importance, memory, payload) { ComputeBudget = compute }.Fits([0, 0]));
    }

    [Fact]
    public void A_gap_is_what_the_bound_exceeds_the_importance_by()
    {
        SelectionCertificate certificate = SelectionResult.Create(Request, 0, 0).Certificate;
        Assert.Null(certificate.Gap);
        Assert.Equal(2, (certificate with { UpperBound = 7 }).Gap);
        Assert.Throws<ArgumentNullException>("request", () => SelectionResult.Create(null!, 0));
    }

    [Fact]
    public void A_refusal_over_the_compute_budget_names_the_cheapest_choice_that_fits_the_others()
    {
        var profile = new TrainingProfile(Layout, 0, [new("a", 0, 0, 0, 0, [new("all", [Layout.RangeOf(0)], 1, MultiplyAdds: 9), new("half", [new(0, 2)], 1, MultiplyAdds: 5)]), new("b", 0, 0, 0, 0, [new("all", [Layout.RangeOf(1)], 99, MultiplyAdds: 1)])]);
        var refusal = Assert.Throws<BudgetTooSmallException>(() => new GreedySelector().Select(new SelectionRequest(profile, Importance, 10) { ComputeBudget = 4 }));
        Assert.Equal((SelectionBudget.Compute, 4, 5), (refusal.Budget, refusal.Available, refusal.Required));
        Assert.Equal("Mine.", new BudgetTooSmallException(1, 2, message: "Mine.").Message);
    }

    [Fact]
    public void A_result_states_the_importance_and_the_costs_of_its_choices()
    {
        SelectionResult result = SelectionResult.Create(Request, 0, 0);
        Assert.Equal(ParameterSelection.Full(Layout), result.Selection);
        Assert.Equal([0, 0], result.Certificate.Choices.AsEnumerable());
        Assert.Equal(5, result.Certificate.Objective);
        Assert.Equal(115, result.Certificate.Timeline.PeakBytes);
        Assert.Equal(5, result.Certificate.MemorySlackBytes);
        Assert.Equal(32, result.Certificate.PayloadBytes);
    }

    [Fact]
    public void A_result_that_breaks_a_budget_or_trains_nothing_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request, -1, -1));
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request with { MemoryBudgetBytes = 114 }, 0, 0));
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request with { PayloadBudgetBytes = 31 }, 0, 0));
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request, 0));
        Assert.Throws<ArgumentException>(() => SelectionResult.Create(Request, 0, 1));
    }
}
