using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ftte.Http.Tests;

/// <summary>A network of two hosts, the coordinator's and the devices', with latency, loss and a limited rate between them. Each host is a <see cref="NetworkNamespace"/>.</summary>
/// <remarks>They are connected with a pair of veth interfaces and tc netem. If the kernel has no netem, an <see cref="EmulatedLink"/> does the same.</remarks>
internal sealed class ShapedNetwork : IDisposable
{
    private const string ServerHost = "10.77.0.1", DeviceHost = "10.77.0.2";

    private readonly NetworkNamespace _server, _devices;
    private readonly EmulatedLink? _link;

    /// <summary>Creates a network.</summary>
    /// <exception cref="NotSupportedException">The system has no namespaces, or neither netem nor TUN interfaces, or does not permit them.</exception>
    public ShapedNetwork(NetworkShape shape)
    {
        _server = new NetworkNamespace();
        _devices = new NetworkNamespace();
        try
        {
            if (FindNetemObstacle(shape) is not { } obstacle)
            {
                Description = "tc netem";
                return;
            }

            Description = $"emulated ({obstacle})";
            _link = new EmulatedLink(CreateTunnel(_server, ServerHost, DeviceHost), CreateTunnel(_devices, DeviceHost, ServerHost), shape);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets how the packets are delayed and dropped, and if not with netem, why.</summary>
    public string Description { get; }

    /// <summary>Gets the address of the coordinator's host.</summary>
    public static IPAddress ServerAddress { get; } = IPAddress.Parse(ServerHost);

    /// <summary>Gets the number of packets that were lost; null if the kernel drops them.</summary>
    public int? Lost => _link?.Lost;

    /// <summary>Returns why the system has no such networks; null if it has.</summary>
    public static string? FindObstacle()
    {
        try
        {
            new ShapedNetwork(new NetworkShape(TimeSpan.FromMilliseconds(1), 1, 1000)).Dispose();
            return null;
        }
        catch (NotSupportedException error)
        {
            return $"Networks with latency and loss are not available: {error.Message}";
        }
    }

    public Socket CreateServerSocket() => _server.CreateSocket();

    public Socket CreateDeviceSocket() => _devices.CreateSocket();

    public void Dispose()
    {
        _link?.Dispose();
        _server.Dispose();
        _devices.Dispose();
    }

    private static TunnelInterface CreateTunnel(NetworkNamespace host, string address, string peer)
    {
        TunnelInterface tunnel = host.Run(() => new TunnelInterface());
        try
        {
            Configure(host, TunnelInterface.Name, address, peer);
            return tunnel;
        }
        catch
        {
            tunnel.Dispose();
            throw;
        }
    }

    private static void Configure(NetworkNamespace host, string name, string address, string peer)
    {
        host.Execute("ip", $"address add {address} peer {peer} dev {name}");
        host.Execute("ip", $"link set {name} mtu {TunnelInterface.MaxPacketBytes} up");
    }

    /// <summary>Connects the hosts with netem; returns why it cannot, null if they are connected.</summary>
    private string? FindNetemObstacle(NetworkShape shape)
    {
        const string Server = "ftte1", Device = "ftte2";
        try
        {
            string netem = string.Create(CultureInfo.InvariantCulture, $"root netem delay {shape.Delay.TotalMilliseconds}ms loss {shape.LossPercent}% rate {shape.KilobitsPerSecond}kbit");
            _server.Execute("ip", $"link add {Server} type veth peer name {Device}");
            _server.Execute("tc", $"qdisc add dev {Server} {netem}");
            _server.Execute("ip", string.Create(CultureInfo.InvariantCulture, $"link set {Device} netns {_devices.ThreadId}"));
            _devices.Execute("tc", $"qdisc add dev {Device} {netem}");
            Configure(_server, Server, ServerHost, DeviceHost);
            Configure(_devices, Device, DeviceHost, ServerHost);
            return null;
        }
        catch (NotSupportedException error)
        {
            // "Specified qdisc kind is unknown" means that the kernel has no sch_netem.
            return error.Message;
        }
    }
}
