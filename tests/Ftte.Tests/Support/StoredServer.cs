using Ftte.Aggregation;
using Ftte.Selection;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Tests;

/// <summary>Starts servers on a store, and runs rounds with them.</summary>
internal static class StoredServer
{
    /// <summary>Starts a server, which continues the run in the store.</summary>
    public static async Task<FederatedServer> StartAsync(MemoryStore store, IVersionGuard? guard = null, BufferedAggregatorOptions? options = null, ModelSnapshot? model = null)
    {
        options ??= new BufferedAggregatorOptions { Capacity = 2, Guard = guard };
        model ??= ServerBench.Start;
        StoredRun run = await StoredRun.LoadAsync(store);
        SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(ParameterSelection.Full(model.Layout));
        BufferedAggregator aggregator = run.State is { } state
            ? BufferedAggregator.Restore(state.Aggregator, model.Layout, selections, options)
            : new BufferedAggregator(model, selections, options);
        return await FederatedServer.ResumeAsync(run, aggregator, selections, time: new FakeTimeProvider());
    }

    /// <summary>Checks a client out and submits an update.</summary>
    public static async Task<UpdateOutcome> RoundAsync(FederatedServer server, string client)
    {
        ParameterLayout layout = server.Current.Layout;
        CheckOutResponse answer = await server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1 << 20, layout.Fingerprint), new float[layout.ParameterCount]);
        using SparseUpdate update = SparseUpdate.Create(answer.Assignment!.CreateHeader(1), [.. Enumerable.Range(0, layout.ParameterCount).Select(i => 0.1f + (0.01f * (i % 17)))]);
        return (await server.SubmitAsync(update)).Outcome;
    }
}
