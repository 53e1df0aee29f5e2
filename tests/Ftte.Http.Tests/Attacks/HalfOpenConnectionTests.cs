using System.Net.Sockets;
using Xunit.Abstractions;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Connections that are opened and never used.</summary>
[Collection(AloneCollection.Name)]
public sealed class HalfOpenConnectionTests(ITestOutputHelper output)
{
    private const int MaxBytesPerConnection = 100_000;

    [Fact]
    public async Task A_thousand_half_open_connections_cost_bounded_memory_and_stop_no_device()
    {
        (int silent, int handshaken) = LongMode.IsOn ? (5_000, 1_000) : (800, 200);
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        HttpFederatedServer honest = coordinator.Connect(SmallLayout);
        await HonestDevice.TrainAsync(honest, SmallLayout);
        var memory = new ProcessMemory(output);
        var open = new List<IDisposable>();
        for (int i = 0; i < silent; i++)
        {
            // Not even the handshake of TLS.
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(coordinator.Address.Host, coordinator.Address.Port);
            open.Add(socket);
        }

        for (int i = 0; i < handshaken; i++)
        {
            RawConnection connection = await RawConnection.OpenAsync(coordinator.Address);
            await connection.SendAsync("POST /ftte/check-out HTTP/1.1\r\nHost: loc");
            open.Add(connection);
        }

        await HonestDevice.TrainAsync(honest, SmallLayout);
        await HonestDevice.TrainAsync(coordinator.Connect(SmallLayout), SmallLayout, "newcomer");
        long growth = memory.Report($"{open.Count} half-open connections, both ends");
        open.ForEach(connection => connection.Dispose());

        // The heap can shrink, because memory of earlier tests is collected.
        Assert.InRange(growth, long.MinValue, (long)open.Count * MaxBytesPerConnection);
        Assert.Equal(new ModelVersion(3), server.Current.Version);
    }
}
