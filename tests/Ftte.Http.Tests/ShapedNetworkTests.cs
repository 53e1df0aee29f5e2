using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>Devices on a slow network that loses packets.</summary>
public sealed class ShapedNetworkTests
{
    private const int Rounds = 2;

    [ShapedNetworkFact]
    public async Task A_device_trains_with_200_ms_latency_5_percent_loss_and_256_kbit_per_second()
    {
        using var network = new ShapedNetwork("delay 200ms loss 5% rate 256kbit");
        ParameterLayout layout = ParameterLayout.Create(("all", [LongMode.IsOn ? 400_000 : 5_000]));
        await using FederatedServer server = CreateServer(layout);
        var counting = new CountingServer(server);
        await using TestCoordinator coordinator = await StartAsync(counting, layout, configure: builder => builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = endpoint =>
        {
            Socket listener = network.CreateSocket();
            listener.Bind(endpoint);
            return listener;
        }));
        int port = coordinator.Address.Port;
        using HttpClient http = CreateClient(connect: async (_, cancellationToken) =>
        {
            Socket socket = network.CreateSocket();
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        });
        http.Timeout = Timeout.InfiniteTimeSpan;
        HttpFederatedServer link = coordinator.Connect(http, layout);
        for (int round = 0; round < Rounds; round++)
        {
            await HonestDevice.TrainAsync(link, layout, "a");
        }

        Assert.Equal(Rounds, counting.Published.Distinct().Count());
        Assert.Equal(new ModelVersion(Rounds), server.Current.Version);
        Assert.Equal((float)Rounds, server.Current.Parameters.Span[0]);
    }
}
