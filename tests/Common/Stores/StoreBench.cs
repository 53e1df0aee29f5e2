using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Storage;

namespace Ftte;

/// <summary>A small model, and one-line ways to run a server on a store.</summary>
/// <remarks>The files of this folder are compiled into the test project of each store.</remarks>
internal static class StoreBench
{
    public static ParameterLayout Layout { get; } = ParameterLayout.Create(("w", [30, 10]), ("b", [10]));

    public static ModelSnapshot Start { get; } = new(Layout, default, [.. Enumerable.Range(0, Layout.ParameterCount).Select(i => (float)i)]);

    public static async Task<FederatedServer> StartAsync(IServerStore store)
    {
        var options = new BufferedAggregatorOptions { Capacity = 2 };
        StoredRun run = await StoredRun.LoadAsync(store);
        SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(ParameterSelection.Full(Layout));
        BufferedAggregator aggregator = run.State is { } state
            ? BufferedAggregator.Restore(state.Aggregator, Layout, selections, options)
            : new BufferedAggregator(Start, selections, options);
        return await FederatedServer.ResumeAsync(run, aggregator, selections, new FederatedServerOptions { BusyRetryAfter = TimeSpan.FromMilliseconds(10) });
    }

    public static async Task<TrainingAssignment?> AssignAsync(FederatedServer server, string client) =>
        (await server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1 << 20, Layout.Fingerprint), new float[Layout.ParameterCount])).Assignment;

    public static async Task<UpdateOutcome> SubmitAsync(FederatedServer server, TrainingAssignment assignment)
    {
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), [.. Enumerable.Range(0, Layout.ParameterCount).Select(i => MathF.Cos(i) / 3)]);
        return (await server.SubmitAsync(update)).Outcome;
    }

    public static async Task<UpdateOutcome> RoundAsync(FederatedServer server, string client) =>
        await AssignAsync(server, client) is { } assignment ? await SubmitAsync(server, assignment) : UpdateOutcome.None;

    /// <summary>Publishes a number of versions in a new store and disposes it.</summary>
    public static async Task FillAsync(IServerStore store, int versions)
    {
        await using (store)
        {
            await using FederatedServer server = await StartAsync(store);
            for (int i = 0; i < 2 * versions; i++)
            {
                Assert.NotEqual(UpdateOutcome.None, await RoundAsync(server, $"d{i % 2}"));
            }

            Assert.Equal(versions, server.Current.Version.Number);
        }
    }
}
