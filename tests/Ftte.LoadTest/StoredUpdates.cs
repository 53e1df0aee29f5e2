using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Sqlite;

namespace Ftte.LoadTest;

/// <summary>Counts the updates in the store of a coordinator that was killed.</summary>
internal static class StoredUpdates
{
    /// <summary>Continues the run in the store, as a restarted coordinator would, and counts the updates of its versions and of its incomplete buffer.</summary>
    public static async Task<long> CountAsync(string folder, Workload workload)
    {
        await using var store = new SqliteStore(Path.Combine(folder, Workload.StoreFile));
        StoredRun run = await StoredRun.LoadAsync(store);
        SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(ParameterSelection.Full(workload.Layout));
        BufferedAggregator aggregator = run.State is { } state
            ? BufferedAggregator.Restore(state.Aggregator, workload.Layout, selections, workload.Rule)
            : new BufferedAggregator(workload.CreateModel(), selections, workload.Rule);
        await using FederatedServer server = await FederatedServer.ResumeAsync(run, aggregator, selections);
        return (aggregator.Current.Version.Number * workload.Capacity) + aggregator.Limits.Count;
    }
}
