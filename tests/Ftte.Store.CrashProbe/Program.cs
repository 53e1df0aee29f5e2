using System.Globalization;
using Ftte;
using Ftte.Aggregation;
using Ftte.PostgreSql;
using Ftte.Selection;
using Ftte.Sqlite;
using Ftte.Storage;
using Ftte.Store.CrashProbe;

// Runs a server under load until it is killed or asked to stop. Arguments: "sqlite" and the path of the store, or "postgresql" and its connection string. Input: updates to send again, "go", later "stop".
// Output, one line per event: fold (an update was aggregated), ready, try (an update is about to be sent), ack (it was answered), final.
// With a third argument "private": a server with differential privacy; see PrivateProbe.
if (args is ["sqlite", var privatePath, "private"])
{
    await PrivateProbe.RunAsync(privatePath);
    return;
}

await using IServerStore store = args[0] == "sqlite"
    ? new SqliteStore(new SqliteStoreOptions { Path = args[1], KeepVersions = 3 })
    : new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = args[1], KeepVersions = 3 });
StoredRun run = await StoredRun.LoadAsync(store);
SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(Workload.Selection);
BufferedAggregator rule = run.State is { } state
    ? BufferedAggregator.Restore(state.Aggregator, Workload.Layout, selections, Workload.Options)
    : new BufferedAggregator(Workload.Start, selections, Workload.Options);
await using FederatedServer server = await FederatedServer.ResumeAsync(run, new ReportingAggregator(rule, Report), selections);

while (Console.ReadLine() is { } line && line != "go")
{
    await SubmitAsync(Workload.Parse(line.Split(' ')));
}

Report($"ready {server.Current.Version.Number} {server.Current.Fingerprint}");
using var stop = new CancellationTokenSource();
Task[] devices = [.. Enumerable.Range(0, Workload.Devices).Select(i => Task.Run(() => WorkAsync(new ClientId($"d{i}"))))];
while (Console.ReadLine() is { } line && line != "stop")
{
}

await stop.CancelAsync();
await Task.WhenAll(devices);
Report($"final {server.Current.Version.Number} {server.Current.Fingerprint}");

async Task WorkAsync(ClientId client)
{
    float[] parameters = new float[Workload.Layout.ParameterCount];
    while (!stop.IsCancellationRequested)
    {
        CheckOutResponse answer = await server.CheckOutAsync(new CheckOutRequest(client, 1 << 20, Workload.Layout.Fingerprint), parameters);
        if (answer.Assignment is { } assignment)
        {
            UpdateHeader header = assignment.CreateHeader(1);
            Report($"try {Workload.Format(header)}");
            await SubmitAsync(header);
        }
        else
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}

async Task SubmitAsync(UpdateHeader header)
{
    using SparseUpdate update = Workload.Create(header);
    UpdateReceipt receipt;
    while ((receipt = await server.SubmitAsync(update)).Outcome == UpdateOutcome.Busy)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
    }

    Report(string.Create(CultureInfo.InvariantCulture, $"ack {header.Client} {header.Id.Value} {receipt.Outcome}"));
}

static void Report(string line)
{
    // One write per line, so that a line is either there or not.
    lock (Console.Out)
    {
        Console.Out.Write($"{line}\n");
        Console.Out.Flush();
    }
}
