using System.Globalization;
using Ftte.Privacy;
using Ftte.Selection;
using Ftte.Sqlite;

namespace Ftte.Store.CrashProbe;

/// <summary>Runs a server with differential privacy under load until it is killed or asked to stop. Nothing is sent again: after a restart, other updates complete the buffer.</summary>
/// <remarks>
/// Output, one line per event: participation (of a client, after a restart), ready, fold (an update was aggregated), version (a version was published, with its noise), ack (an update was
/// answered), final.
/// </remarks>
public static class PrivateProbe
{
    public const int Capacity = 4;
    public const int Devices = 12;
    public const int Length = 24;

    public static ParameterLayout Layout { get; } = ParameterLayout.Create(("model", [Length]));

    public static ParticipationLimits Limits { get; } = new(MaxParticipations: 9, MinSeparation: 2);

    private static DifferentialPrivacyOptions Privacy { get; } = new()
    {
        ClippingNorm = 1,
        NoiseMultiplier = 1,
        MaxVersions = 1_000_000,
        MaxParticipations = Limits.MaxParticipations,
        MinSeparation = Limits.MinSeparation,
        Bands = 2,
    };

    public static async Task RunAsync(string path)
    {
        await using var store = new SqliteStore(new SqliteStoreOptions { Path = path, KeepVersions = 3 });
        StoredRun run = await StoredRun.LoadAsync(store);
        SelectionHistory selections = run.State?.RestoreSelections() ?? new SelectionHistory(ParameterSelection.Full(Layout));
        Aggregation.BufferedAggregatorOptions options = PrivateAggregator.CreateDefaultOptions();
        options.Capacity = Capacity;
        PrivateAggregator rule = run.State is { } state
            ? PrivateAggregator.Restore(state.Aggregator, Layout, selections, Privacy, options)
            : new PrivateAggregator(new ModelSnapshot(Layout, default, new float[Length]), selections, Privacy, options);
        await using FederatedServer server = await FederatedServer.ResumeAsync(run, new ReportingPrivateAggregator(rule, Report), selections);
        while (await Console.In.ReadLineAsync() is { } line && line != "go")
        {
            Report($"participation {line} {rule.GetParticipation(new ClientId(line))}");
        }

        Report($"ready {server.Current.Version.Number} {server.Current.Fingerprint}");
        using var stop = new CancellationTokenSource();
        Task[] devices = [.. Enumerable.Range(0, Devices).Select(i => Task.Run(() => WorkAsync(server, i, stop.Token)))];
        while (await Console.In.ReadLineAsync() is { } line && line != "stop")
        {
        }

        await stop.CancelAsync();
        await Task.WhenAll(devices);
        Report($"final {server.Current.Version.Number} {server.Current.Fingerprint}");
    }

    /// <summary>Works as one client after another: the next one when the server asks the client for no more training.</summary>
    private static async Task WorkAsync(FederatedServer server, int device, CancellationToken stop)
    {
        float[] parameters = new float[Length];
        for (int generation = 0; !stop.IsCancellationRequested;)
        {
            CheckOutResponse answer = await server.CheckOutAsync(new CheckOutRequest(new ClientId($"d{device}-{generation}"), 1 << 20, Layout.Fingerprint), parameters, CancellationToken.None);
            if (answer.Assignment is not { } assignment)
            {
                generation += answer.Outcome == CheckOutOutcome.TrainingEnded ? 1 : 0;
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
                continue;
            }

            UpdateHeader header = assignment.CreateHeader(1);

            // Only the first coordinate differs between updates; the others show the noise alone.
            float[] values = new float[Length];
            values[0] = 0.001f * (1 + (header.Id.Value % 997));
            using var update = SparseUpdate.Create(header, values);
            UpdateReceipt receipt;
            while ((receipt = await server.SubmitAsync(update, CancellationToken.None)).Outcome == UpdateOutcome.Busy)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
            }

            Report(string.Create(CultureInfo.InvariantCulture, $"ack {header.Client} {header.Id.Value} {receipt.Outcome}"));
        }
    }

    private static void Report(string line)
    {
        // One write per line, so that a line is either there or not.
        lock (Console.Out)
        {
            Console.Out.Write($"{line}\n");
            Console.Out.Flush();
        }
    }
}
