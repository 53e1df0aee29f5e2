using CsCheck;
using Ftte.Selection;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

public class ProfileBuilderTests
{
    public static TheoryData<string> Names => [.. TestNetworks.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Build_of_a_branched_or_normalised_network_equals_the_profile_with_plans_of_its_own_for_each_choice(string name)
    {
        foreach (NormalizationMode normalization in Enum.GetValues<NormalizationMode>())
        {
            foreach (EngineOptions engine in new EngineOptions[] { new(), new() { MicroBatchSize = normalization == NormalizationMode.Batch ? null : 2, PrefixExamples = 2 } })
            {
                Network network = TestNetworks.All[name]();
                AssertSame(network, network.CreatePlanSettings(new SgdOptions { BatchSize = 4, Momentum = 0.9f, Normalization = normalization }, engine), [0.25, 1]);
            }
        }
    }

    [Fact]
    public void Build_of_a_random_network_equals_the_profile_with_plans_of_its_own_for_each_choice() =>
        (from network in RandomNetworks.Network
         from batchSize in RandomNetworks.BatchSize
         from engine in RandomNetworks.Engine
         select (network, settings: network.CreatePlanSettings(new SgdOptions { BatchSize = batchSize }, engine)))
        .Sample(s => AssertSame(s.network, s.settings, RandomNetworks.Shares), iter: 150);

    [Fact]
    public void Fit_with_a_cancelled_token_throws_OperationCanceledException() =>
        Assert.ThrowsAny<OperationCanceledException>(() => NetworkZoo.Create("dscnn", NormalizationKind.Batch).Fit(200_000, cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public void Fit_whose_token_is_cancelled_by_its_selector_stops_before_the_next_selection()
    {
        using var source = new CancellationTokenSource();
        var selector = new CancellingSelector(source);
        Network network = NetworkZoo.Create("digits");
        long least = Assert.Throws<BudgetTooSmallException>(() => network.Fit(0)).Required;
        Assert.ThrowsAny<OperationCanceledException>(() => network.Fit(least, selector: selector, cancellationToken: source.Token));
        Assert.Equal(1, selector.Calls);
    }

    private static void AssertSame(Network network, PlanSettings settings, double[] shares)
    {
        TrainingProfile expected = ReferenceProfile.Build(network, settings, shares), actual = ProfileBuilder.Build(network, settings, shares);
        Assert.Equal(expected.ResidentBytes, actual.ResidentBytes);
        Assert.Equal(expected.Steps.Length, actual.Steps.Length);
        foreach ((TrainingStep one, TrainingStep other) in expected.Steps.Zip(actual.Steps))
        {
            Assert.Equal(one with { Choices = [] }, other with { Choices = [] });
            Assert.Equal(one.Choices.Select(c => c with { Ranges = [] }), other.Choices.Select(c => c with { Ranges = [] }));
            Assert.Equal(one.Choices.SelectMany(c => c.Ranges), other.Choices.SelectMany(c => c.Ranges));
        }
    }

    private sealed class CancellingSelector(CancellationTokenSource source) : IParameterSelector
    {
        public int Calls { get; private set; }

        public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
        {
            Calls++;
            Assert.Equal(source.Token, cancellationToken);
            source.Cancel();
            return new GreedySelector().Select(request, CancellationToken.None);
        }
    }
}
