using Ftte.Aggregation;
using Ftte.Selection;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Valid messages with updates that would destroy the model, at an aggregator with its default protection.</summary>
public sealed class HarmfulUpdateTests
{
    private const int Honest = 9;

    private static ParameterLayout Layout { get; } = ParameterLayout.Create(("all", [100]));

    [Theory]
    [InlineData(float.NaN, 1, UpdateOutcome.NotFinite)]
    [InlineData(float.PositiveInfinity, 1, UpdateOutcome.NotFinite)]
    [InlineData(float.MaxValue, 1, UpdateOutcome.NormTooLarge)]
    [InlineData(1e9f, 1, UpdateOutcome.NormTooLarge)]
    [InlineData(1f, int.MaxValue, UpdateOutcome.NormTooLarge)]
    [InlineData(1000f, 1, null)]
    [InlineData(-1000f, 50, null)]
    [InlineData(1f, 10_000, null)]
    public async Task A_harmful_update_is_rejected_or_moves_the_model_no_further_than_honest_ones(float value, int examples, UpdateOutcome? rejection)
    {
        var selections = new SelectionHistory(ParameterSelection.Full(Layout));
        var model = new ModelSnapshot(Layout, default, [.. Enumerable.Repeat(100f, Layout.ParameterCount)]);
        await using var server = new FederatedServer(new BufferedAggregator(model, selections, new BufferedAggregatorOptions { Capacity = rejection is null ? Honest + 1 : Honest }), selections);
        await using TestCoordinator coordinator = await StartAsync(server, Layout);
        HttpFederatedServer link = coordinator.Connect(Layout);
        var outcomes = new List<UpdateOutcome>();

        UpdateOutcome harmful = await TrainAsync(link, "harmful", value, examples);
        for (int device = 0; device < Honest; device++)
        {
            outcomes.Add(await TrainAsync(link, $"device-{device}", 1, 10));
        }

        Assert.Equal(rejection ?? UpdateOutcome.Buffered, harmful);
        Assert.All(outcomes[..^1], outcome => Assert.Equal(UpdateOutcome.Buffered, outcome));
        Assert.Equal(UpdateOutcome.Published, outcomes[^1]);

        // Honest devices alone move every parameter by 1. A tenth of the updates, three times as long and with ten times the examples, moves it by less than 3.
        Assert.All(server.Current.Parameters.ToArray(), parameter => Assert.InRange(parameter, 97, 103));
    }

    private static async Task<UpdateOutcome> TrainAsync(HttpFederatedServer link, string client, float value, int examples)
    {
        CheckOutResponse work = await link.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1, Layout.Fingerprint), new float[Layout.ParameterCount]);
        using SparseUpdate update = SparseUpdate.Create(work.Assignment!.CreateHeader(examples), [.. Enumerable.Repeat(value, Layout.ParameterCount)]);
        return (await link.SubmitAsync(update)).Outcome;
    }
}
