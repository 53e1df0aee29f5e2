using Ftte.Selection;

namespace Ftte.TinyEngine.Tests;

/// <summary>A selector that fits the whole plan into the budget.</summary>
public sealed class PlannedSelectorTests
{
    private static readonly SgdOptions Options = new();
    private static readonly EngineOptions OneExample = new() { MicroBatchSize = 1 };

    [Theory]
    [InlineData("digits")]
    [InlineData("resnet8")]
    [InlineData("dscnn")]
    public void A_plan_that_is_larger_than_the_profile_states_fits_the_budget_and_is_the_required_memory(string model)
    {
        // The profile is for one example at a time, the plan for two, so that every plan is larger.
        Network network = NetworkZoo.Create(model);
        var planned = new EngineOptions { MicroBatchSize = 2 };
        var inner = new GreedySelector();
        var selector = new PlannedSelector(network, Options, planned, inner);
        long whole = network.Plan(network.Trainable, Options, planned).PeakBytes;
        for (int percent = 85; percent < 100; percent++)
        {
            SelectionRequest request = Request(network, Options, OneExample) with { MemoryBudgetBytes = whole * percent / 100 };

            SelectionResult result = selector.Select(request);

            Assert.True(network.Plan(inner.Select(request).Selection, Options, planned).PeakBytes > request.MemoryBudgetBytes);
            Assert.Equal(network.Plan(result.Selection, Options, planned).PeakBytes, result.RequiredMemoryBytes);
            Assert.InRange(result.RequiredMemoryBytes, 1, request.MemoryBudgetBytes);
        }
    }

    [Fact]
    public void With_the_statistics_of_batches_the_selection_contains_them()
    {
        Network network = NetworkZoo.ResNet8(normalization: NormalizationKind.Batch);
        var options = new SgdOptions { Normalization = NormalizationMode.Batch, BatchSize = 4 };

        ParameterSelection selection = new PlannedSelector(network, options).Select(Request(network, options, new EngineOptions()) with { MemoryBudgetBytes = 4 << 20 }).Selection;

        Assert.Equal(selection, selection.Union(network.Statistics));
    }

    [Fact]
    public void A_budget_in_which_nothing_can_be_trained_is_refused()
    {
        Network network = NetworkZoo.Create("digits");

        Assert.Throws<BudgetTooSmallException>(() => new PlannedSelector(network, Options, OneExample).Select(Request(network, Options, OneExample) with { MemoryBudgetBytes = 1024 }));
    }

    private static SelectionRequest Request(Network network, SgdOptions options, EngineOptions engine) =>
        new(network.Profile(options, engine), new BlockImportance(network.Layout, [.. network.Layout.Blocks.Select(block => (double)block.Range.Length)]), long.MaxValue);
}
