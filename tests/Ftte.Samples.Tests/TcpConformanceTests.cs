using System.Buffers;
using System.Net;
using System.Net.Sockets;
using CustomTransport;
using Ftte.Testing;
using Ftte.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Samples.Tests;

/// <summary>The sample's own transport passes the suite that every transport inherits.</summary>
public sealed class TcpConformanceTests : TransportConformanceSuite, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly List<FaultyTcpServer> _faulty = [];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _stop.CancelAsync();
        Dispose();
    }

    public void Dispose()
    {
        _faulty.ForEach(server => server.Dispose());
        _listeners.ForEach(listener => listener.Dispose());
        _stop.Dispose();
    }

    public static TheoryData<string, byte[], bool> HostileRequests { get; } = new()
    {
        { "a negative length", [255, 255, 255, 255], false },
        { "a length beyond every message", [255, 255, 255, 127], false },
        { "a message of another library", [4, 0, 0, 0, 1, 2, 3, 4], false },
        { "an empty message", [0, 0, 0, 0], false },
        { "an answer instead of a request", Framed(w => ReceiptMessage.Write(w, new UpdateReceipt(UpdateOutcome.Buffered, default, 1))), false },
        { "half a length", [4, 0], true },
        { "half a message", [200, 0, 0, 0, 70, 84], true },
        { "nothing", [], true },
    };

    [Theory]
    [MemberData(nameof(HostileRequests))]
    public async Task A_hostile_request_costs_its_sender_the_connection_and_nobody_else(string what, byte[] request, bool closes)
    {
        (TcpServerProxy proxy, IPEndPoint address) = Serve(Line());
        using (var connection = new TcpClient())
        {
            await connection.ConnectAsync(address);
            NetworkStream stream = connection.GetStream();
            await stream.WriteAsync(request);
            if (closes)
            {
                connection.Client.Shutdown(SocketShutdown.Send);
            }

            Assert.True(await stream.ReadAsync(new byte[1]) == 0, what);
        }

        await AssertServesAsync(proxy);
    }

    [Fact]
    public async Task A_connection_that_sends_nothing_is_closed_after_the_timeout()
    {
        var time = new FakeTimeProvider();
        (TcpServerProxy proxy, IPEndPoint address) = Connect(Line(), LineLayout, time);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address);
        await AssertServesAsync(proxy);

        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(0, await connection.GetStream().ReadAsync(new byte[1]));
        await AssertServesAsync(proxy);
    }

    [Fact]
    public async Task A_frame_allocates_by_what_arrives_and_not_by_what_was_announced()
    {
        const int Announced = 1 << 28;
        using var stream = new MemoryStream([.. BitConverter.GetBytes(Announced), 1, 2, 3]);
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await Frame.ReadAsync(stream, Announced, CancellationToken.None));
        stream.Position = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();

        ValueTask<ReadOnlyMemory<byte>> read = Frame.ReadAsync(stream, Announced, CancellationToken.None);

        Assert.True(read.IsFaulted);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await read);
    }

    [Fact]
    public async Task A_frame_of_the_largest_size_accepted_is_read_and_a_larger_one_is_not()
    {
        byte[] message = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)];
        byte[] frame = [.. BitConverter.GetBytes(message.Length), .. message];

        Assert.Equal(message, (await Frame.ReadAsync(new MemoryStream(frame), message.Length, CancellationToken.None)).ToArray());
        await Assert.ThrowsAsync<IOException>(async () => await Frame.ReadAsync(new MemoryStream(frame), message.Length - 1, CancellationToken.None));
    }

    protected override ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server) => new(Connect(server, Layout).Proxy);

    protected override ValueTask<IFederatedServer?> ConnectToFaultyServerAsync(LinkFault fault)
    {
        var server = new FaultyTcpServer(fault);
        _faulty.Add(server);
        return new(new TcpServerProxy(server.Address, Layout, TimeSpan.FromMinutes(1), server.Time));
    }

    private static ParameterLayout LineLayout { get; } = ParameterLayout.Create(("x", [2]));

    private static byte[] Framed(Action<ArrayBufferWriter<byte>> write)
    {
        var message = new ArrayBufferWriter<byte>();
        write(message);
        return [.. BitConverter.GetBytes(message.WrittenCount), .. message.WrittenSpan];
    }

    private static ScriptedServer Line() => new()
    {
        OnCheckOut = (_, _) => new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(7)),
    };

    private static async Task AssertServesAsync(TcpServerProxy proxy)
    {
        CheckOutResponse checkOut = await proxy.CheckOutAsync(new CheckOutRequest(new ClientId("honest"), 1, LineLayout.Fingerprint), new float[2]);
        Assert.Equal(TimeSpan.FromSeconds(7), checkOut.RetryAfter);
    }

    private (TcpServerProxy Proxy, IPEndPoint Address) Serve(IFederatedServer server) => Connect(server, LineLayout);

    private (TcpServerProxy Proxy, IPEndPoint Address) Connect(IFederatedServer server, ParameterLayout layout, TimeProvider? time = null)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        _listeners.Add(listener);
        listener.Start();
        _ = new TcpServerEndpoint(server, layout, time: time).RunAsync(listener, _stop.Token);
        var address = (IPEndPoint)listener.LocalEndpoint;
        return (new TcpServerProxy(address, layout), address);
    }
}
