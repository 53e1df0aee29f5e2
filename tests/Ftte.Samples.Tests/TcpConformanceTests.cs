using System.Net;
using System.Net.Sockets;
using CustomTransport;
using Ftte.TransportConformance;

namespace Ftte.Samples.Tests;

/// <summary>The sample's own transport passes the suite that every transport inherits.</summary>
public sealed class TcpConformanceTests : TransportConformanceSuite, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpListener> _listeners = [];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _stop.CancelAsync();
        Dispose();
    }

    public void Dispose()
    {
        _listeners.ForEach(listener => listener.Dispose());
        _stop.Dispose();
    }

    [Fact]
    public async Task Rubbish_costs_its_sender_the_connection_and_nobody_else()
    {
        var layout = ParameterLayout.Create(("x", [2]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        await using var server = new FederatedServer(new BufferedAggregator(new ModelSnapshot(layout, default, [1, 2]), selections), selections);
        (TcpServerProxy proxy, IPEndPoint address) = Connect(server, layout);
        foreach (byte[] rubbish in new byte[][] { [255, 255, 255, 127], [255, 255, 255, 255], [4, 0, 0, 0, 1, 2, 3, 4] })
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(address);
            await connection.GetStream().WriteAsync(rubbish);
            Assert.Equal(0, await connection.GetStream().ReadAsync(new byte[1]));
        }

        var parameters = new float[2];
        CheckOut checkOut = await proxy.CheckOutAsync(new DeviceProfile(new ClientId("honest"), 1, layout.Fingerprint), parameters);
        Assert.Equal(CheckOutOutcome.Assigned, checkOut.Outcome);
        Assert.Equal([1, 2], parameters);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_an_IOException()
    {
        var layout = ParameterLayout.Create(("x", [2]));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
            await new TcpServerProxy(address, layout).CheckOutAsync(new DeviceProfile(new ClientId("lonely"), 1, layout.Fingerprint), new float[2]));
    }

    protected override ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server) => new(Connect(server, Layout).Proxy);

    private (TcpServerProxy Proxy, IPEndPoint Address) Connect(IFederatedServer server, ParameterLayout layout)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        _listeners.Add(listener);
        listener.Start();
        _ = new TcpServerEndpoint(server, layout).RunAsync(listener, _stop.Token);
        var address = (IPEndPoint)listener.LocalEndpoint;
        return (new TcpServerProxy(address, layout), address);
    }
}
