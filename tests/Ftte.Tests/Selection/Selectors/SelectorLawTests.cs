using CsCheck;
using Ftte.Baselines;
using Ftte.Selection;

namespace Ftte.Tests.Selection;

/// <summary>Properties of every selector.</summary>
public class SelectorLawTests
{
    private static readonly EvolutionarySelectorOptions Small = new() { Population = 20, Evaluations = 400, Seed = 3 };

    public static TheoryData<string> Names => [.. Selectors.Keys];

    private static Dictionary<string, IParameterSelector> Selectors { get; } = new()
    {
        ["exact"] = new ExactSelector(),
        ["greedy"] = new GreedySelector(),
        ["evolutionary"] = new EvolutionarySelector(Small),
        ["full"] = new FullSelector(),
        ["last blocks"] = new LastBlocksSelector(),
        ["bias only"] = new BiasOnlySelector(),
        ["random"] = new RandomSelector(seed: 5),
        ["rotating"] = new RotatingSelector(seed: 6),
        ["rotating over evolutionary"] = new RotatingSelector(new EvolutionarySelector(Small), seed: 6),
        ["cycling"] = new RotatingSelector(seed: 7, blockCycle: 3, warmupTurns: 1),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_budget_is_kept_the_certificate_is_valid_and_the_importance_never_exceeds_the_optimum(string name)
    {
        IParameterSelector selector = Selectors[name];
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                SelectionRequest request = WideProfiles.Request(new Random(seed), maxSteps: 5) with { Turn = seed % 7 };
                SelectionResult result;
                (request, result) = SelectWithRaisedBudgets(selector, request);
                Assert.True(Enumeration.Fits(request, result.Certificate.Choices.AsSpan()));
                Assert.Empty(SelectionVerifier.FindFaults(selector is RotatingSelector rotating ? rotating.Rotate(request) : request, result));
                Assert.True(result.Certificate.Objective <= Enumeration.Best(request) + 1e-12);
                Assert.Equal(result.Selection, selector.Select(request).Selection);
            },
            iter: 150);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_refuses_only_when_nothing_of_its_kind_fits_and_names_a_budget_that_would_do(string name)
    {
        IParameterSelector selector = Selectors[name];
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                SelectionRequest request = WideProfiles.Request(new Random(seed), maxSteps: 5);
                SelectWithRaisedBudgets(
                    selector,
                    request,
                    (refused, refusal) => Assert.True(name == "full" || Enumeration.Best(refused) is null, refusal.Message));
            },
            iter: 150);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_null_request_is_refused(string name) => Assert.Throws<ArgumentNullException>(() => Selectors[name].Select(null!));

    /// <summary>Selects, with every budget that is too small raised to what the selector says it needs, so that each
    /// sample has a result.</summary>
    private static (SelectionRequest Request, SelectionResult Result) SelectWithRaisedBudgets(
        IParameterSelector selector, SelectionRequest request, Action<SelectionRequest, BudgetTooSmallException>? onRefusal = null)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return (request, selector.Select(request));
            }
            catch (BudgetTooSmallException refusal)
            {
                // Each budget is raised once at most.
                Assert.True(attempt < 3, refusal.Message);
                Assert.True(refusal.Required > refusal.Available, refusal.Message);
                onRefusal?.Invoke(request, refusal);
                request = refusal.Budget switch
                {
                    SelectionBudget.Memory => request with { MemoryBudgetBytes = refusal.Required },
                    SelectionBudget.Payload => request with { PayloadBudgetBytes = refusal.Required },
                    _ => request with { ComputeBudget = refusal.Required },
                };
            }
        }
    }
}
