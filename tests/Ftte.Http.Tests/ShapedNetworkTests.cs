using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>Devices on a slow network that loses packets. With FTTE_LONG=1, the model is 40 times as large.</summary>
public sealed class ShapedNetworkTests(ITestOutputHelper output)
{
    private const int Devices = 2, Rounds = 2;
    private static readonly NetworkShape Shape = new(TimeSpan.FromMilliseconds(200), LossPercent: 5, KilobitsPerSecond: 256);

    private static ParameterLayout Layout { get; } = ParameterLayout.Create(("all", [LongMode.IsOn ? 100_000 : 2_500]));

    // The handshake of TLS takes about 2 KB, so that the cut is in the first download.
    private static int CutAfter => 4_000 + (2 * Layout.ParameterCount);

    [ShapedNetworkFact]
    public async Task Devices_continue_cut_downloads_and_count_once_with_200_ms_latency_5_percent_loss_and_256_kbit_per_second()
    {
        using var network = new ShapedNetwork(Shape);
        await using FederatedServer server = CreateServer(Layout);
        var counting = new CountingServer(server);
        await using TestCoordinator coordinator = await StartAsync(counting, Layout, configure: builder => builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ =>
        {
            Socket listener = network.CreateServerSocket();
            listener.Bind(new IPEndPoint(ShapedNetwork.ServerAddress, 0));
            return listener;
        }));

        List<long>[] starts = await Task.WhenAll(Enumerable.Range(0, Devices).Select(device => Task.Run(() => TrainAsync(network, coordinator, $"device-{device}"))));

        string lost = network.Lost is { } packets ? $"{packets}" : "unknown";
        output.WriteLine($"Network: {network.Description}. Lost packets: {lost}. Downloads began at {string.Join("; ", starts.Select(s => string.Join(", ", s)))}.");
        Assert.True(network.Lost is null or > 0, "No packet was lost.");
        Assert.All(starts, s => Assert.Contains(s, start => start > 0));
        AssertEachCountsOnce(counting);
    }

    /// <summary>Checks that the model is the sum of the updates that were published, each once.</summary>
    private static void AssertEachCountsOnce(CountingServer counting)
    {
        Assert.Equal(Devices * Rounds, counting.Published.Count);
        Assert.Equal(counting.Published.Count, counting.Published.Distinct().Count());
        Assert.Equal(new ModelVersion(Devices * Rounds), counting.Current.Version);
        Assert.Equal(Devices * Rounds, counting.Current.Parameters.Span[0]);
    }

    /// <summary>Trains until enough updates were accepted; the first connection is cut. Returns where the downloads began.</summary>
    private static async Task<List<long>> TrainAsync(ShapedNetwork network, TestCoordinator coordinator, string device)
    {
        int connections = 0, port = coordinator.Address.Port;
        var ranges = new RangeRecorder();
        using HttpClient http = CreateClient(outer: ranges, connect: async (_, cancellationToken) =>
        {
            Socket socket = network.CreateDeviceSocket();
            await socket.ConnectAsync(new IPEndPoint(ShapedNetwork.ServerAddress, port), cancellationToken);
            return Interlocked.Increment(ref connections) == 1 ? new CutStream(socket, CutAfter) : new NetworkStream(socket, ownsSocket: true);
        });
        http.Timeout = Timeout.InfiniteTimeSpan;

        // The name in the certificate.
        var address = new Uri($"https://localhost:{port}/ftte");
        using var link = new HttpFederatedServer(http, address, Layout, new HttpFederatedServerOptions { TransferBackoff = TimeSpan.Zero });
        var client = new FederatedClient(link, new StepTrainer(Layout), new FederatedClientOptions
        {
            ClientId = new ClientId(device),
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
                break;
            }
        }

        Assert.Equal(Rounds, accepted);
        return [.. ranges.Starts];
    }
}
