using System.Buffers;
using System.Net;
using System.Net.Sockets;
using CustomTransport;
using Ftte.Testing;
using Ftte.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Samples.Tests;

/// <summary>Listens in the place of a server and fails every call in the same way.</summary>
internal sealed class FaultyTcpServer : IDisposable
{
    private readonly LinkFault _fault;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _open = [];

    public FaultyTcpServer(LinkFault fault)
    {
        _fault = fault;
        _listener.Start();
        Address = (IPEndPoint)_listener.LocalEndpoint;
        if (fault == LinkFault.Unreachable)
        {
            _listener.Stop();
        }
        else
        {
            _ = ListenAsync();
        }
    }

    public IPEndPoint Address { get; }

    /// <summary>Gets the clock of the proxy's timeout.</summary>
    public FakeTimeProvider Time { get; } = new();

    public void Dispose()
    {
        _listener.Dispose();
        lock (_open)
        {
            _open.ForEach(connection => connection.Dispose());
        }
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            TcpClient connection = await _listener.AcceptTcpClientAsync();
            lock (_open)
            {
                _open.Add(connection);
            }

            NetworkStream stream = connection.GetStream();
            ReadOnlyMemory<byte> request = await Frame.ReadAsync(stream, 1 << 20, CancellationToken.None);
            if (await FailAsync(stream, isCheckOut: WireMessage.Peek(request.Span) == MessageKind.CheckOutRequest))
            {
                connection.Dispose();
            }
        }
    }

    /// <summary>Fails a call; returns whether the connection is to be closed.</summary>
    private async Task<bool> FailAsync(NetworkStream stream, bool isCheckOut)
    {
        switch (_fault)
        {
            case LinkFault.TruncatedAnswer:
                await stream.WriteAsync(Framed(Answer(isCheckOut)).AsMemory(..^3));
                return true;
            case LinkFault.DamagedAnswer:
                byte[] damaged = Answer(isCheckOut);
                damaged[^9] ^= 4;
                await stream.WriteAsync(Framed(damaged));
                return true;
            case LinkFault.ForeignAnswer:
                await stream.WriteAsync(Framed("HTTP/1.1 502 Bad Gateway"u8.ToArray()));
                return true;
            case LinkFault.UnexpectedAnswer:
                await stream.WriteAsync(Framed(Answer(!isCheckOut)));
                return true;
            case LinkFault.OversizedAnswer:
                await stream.WriteAsync(BitConverter.GetBytes(int.MaxValue));
                return false;
            case LinkFault.Timeout:
                Time.Advance(TimeSpan.FromHours(1));
                return false;
            default:
                return _fault != LinkFault.Hang;
        }
    }

    private static byte[] Answer(bool isCheckOut)
    {
        var message = new ArrayBufferWriter<byte>();
        if (isCheckOut)
        {
            CheckOutResponseMessage.Write(message, new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(1)), [], ValueFormat.Float32, seed: 0);
        }
        else
        {
            ReceiptMessage.Write(message, new UpdateReceipt(UpdateOutcome.Buffered, default, 1));
        }

        return message.WrittenSpan.ToArray();
    }

    private static byte[] Framed(byte[] message) => [.. BitConverter.GetBytes(message.Length), .. message];
}
