using Ftte.Baselines;
using Ftte.PublicApi.Tests.Outsider;
using Ftte.Selection;

namespace Ftte.PublicApi.Tests;

public class SelectorTests
{
    private static readonly SelectionRequest Request = new(Model.Profile, Model.Importance, MemoryBudgetBytes: 0);

    public static TheoryData<IParameterSelector> Selectors =>
        [new FromTheTop(), new ExactSelector(), new GreedySelector(), new EvolutionarySelector(), new LastBlocksSelector(), new RandomSelector(), new RotatingSelector()];

    [Theory]
    [MemberData(nameof(Selectors), DisableDiscoveryEnumeration = true)]
    public void An_ample_budget_trains_everything(IParameterSelector selector)
    {
        SelectionResult result = selector.Select(Request with { MemoryBudgetBytes = 1000 });
        Assert.True(result.Selection.IsFull);
        Assert.Equal([0, 1], result.Certificate.Choices.AsEnumerable());
        Assert.Equal(9, result.Certificate.Objective);
        Assert.Equal(1000 - result.Certificate.Timeline.PeakBytes, result.Certificate.MemorySlackBytes);
    }

    [Theory]
    [MemberData(nameof(Selectors), DisableDiscoveryEnumeration = true)]
    public void The_weakest_device_decides_what_is_trained(IParameterSelector selector)
    {
        var registry = new DeviceRegistry();
        registry.Register(new ClientId("strong"), 1000);
        registry.Register(new ClientId("weak"), 130);
        SelectionResult result = selector.Select(Request with { MemoryBudgetBytes = registry.GetMemoryBudget().Bytes });
        Assert.Equal(ParameterSelection.OfBlocks(Model.Layout, "head.weight", "head.bias"), result.Selection);
        Assert.True(result.Certificate.Timeline.PeakBytes <= 130);
    }

    [Theory]
    [MemberData(nameof(Selectors), DisableDiscoveryEnumeration = true)]
    public void A_budget_that_holds_nothing_is_refused_with_the_one_that_would_do(IParameterSelector selector)
    {
        var refusal = Assert.Throws<BudgetTooSmallException>(() => selector.Select(Request with { MemoryBudgetBytes = 109 }));
        Assert.Equal((109, 110), (refusal.Available, refusal.Required));
        Assert.NotEmpty(selector.Select(Request with { MemoryBudgetBytes = refusal.Required }).Selection.Ranges);
    }
}
