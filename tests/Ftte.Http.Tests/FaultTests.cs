using System.Collections.Concurrent;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>Connections that are cut anywhere, in the TLS handshake, in headers, downloads, uploads and answers.</summary>
public sealed class FaultTests
{
    private const int Devices = 3, Rounds = 6;

    [Fact]
    public async Task Devices_go_on_when_their_connections_are_cut_and_no_update_counts_twice()
    {
        ParameterLayout layout = ParameterLayout.Create(("all", [20_000]));
        await using FederatedServer server = CreateServer(layout);
        var counting = new CountingServer(server);
        await using TestCoordinator coordinator = await StartAsync(counting, layout);
        using var proxy = new CuttingProxy(coordinator.Address, seed: 5, minBytes: 2_000, maxBytes: 60_000);

        await Task.WhenAll(Enumerable.Range(0, Devices).Select(device => Task.Run(() => TrainAsync(proxy.Address, layout, device))));

        // An update whose receipt was lost is sent again and answered as a duplicate.
        Assert.True(proxy.Cuts > Devices, $"Only {proxy.Cuts} connections were cut.");
        Assert.Equal(counting.Published.Count, counting.Published.Distinct().Count());
        Assert.Equal(counting.Published.Count, server.Current.Version.Number);
        Assert.Equal(server.Current.Version.Number, server.Current.Parameters.Span[0]);
        Assert.True(counting.Published.Count >= Devices * Rounds);
    }

    private static async Task TrainAsync(Uri address, ParameterLayout layout, int device)
    {
        using HttpClient http = CreateClient();
        using var link = new HttpFederatedServer(http, address, layout, new HttpFederatedServerOptions { DownloadBackoff = TimeSpan.Zero });
        var client = new FederatedClient(link, new StepTrainer(layout), new FederatedClientOptions
        {
            ClientId = new ClientId($"device-{device}"),
            MemoryBudgetBytes = 1,
            InitialBackoff = TimeSpan.FromTicks(1),
            MaxBackoff = TimeSpan.FromTicks(1),
            MaxSubmitAttempts = 100,
        });
        int accepted = 0;
        await foreach (ClientRound round in client.RunRoundsAsync())
        {
            accepted += round.IsAccepted ? 1 : 0;
            if (accepted == Rounds)
            {
                return;
            }
        }
    }

    /// <summary>Records the updates that made a version.</summary>
    private sealed class CountingServer(FederatedServer server) : ISnapshotServer
    {
        public ConcurrentQueue<(ClientId, UpdateId)> Published { get; } = new();

        public ModelSnapshot Current => server.Current;

        public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default) =>
            server.CheckOutAsync(request, parameters, cancellationToken);

        public ValueTask<SnapshotCheckOut> CheckOutSnapshotAsync(CheckOutRequest request, CancellationToken cancellationToken = default) =>
            server.CheckOutSnapshotAsync(request, cancellationToken);

        public ValueTask WaitForWorkAsync(ClientId client, CancellationToken cancellationToken = default) => server.WaitForWorkAsync(client, cancellationToken);

        public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            // Not canceled with the request: an update that was aggregated must be recorded, even if its device has gone.
            UpdateReceipt receipt = await server.SubmitAsync(update, CancellationToken.None);
            if (receipt.Outcome == UpdateOutcome.Published)
            {
                Published.Enqueue((update.Header.Client, update.Header.Id));
            }

            return receipt;
        }
    }
}
