using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Ftte.Testing;
using Ftte.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Http.Tests;

/// <summary>Listens in the place of a server, over TLS, and fails every call in the same way.</summary>
internal sealed class FaultyHttpsServer : IDisposable
{
    private readonly LinkFault _fault;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _open = [];

    public FaultyHttpsServer(LinkFault fault)
    {
        _fault = fault;
        _listener.Start();
        Address = new Uri($"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/ftte");
        if (fault == LinkFault.Unreachable)
        {
            _listener.Stop();
        }
        else
        {
            _ = ListenAsync();
        }
    }

    public Uri Address { get; }

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

            _ = ServeAsync(connection);
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var stream = new SslStream(connection.GetStream());
        await stream.AuthenticateAsServerAsync(TestCoordinator.ServerCertificate);
        string head = await ReadHeadAsync(stream);
        int length = int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0]);
        await stream.ReadExactlyAsync(new byte[length]);
        if (!await FailAsync(stream, isCheckOut: head.StartsWith("POST", StringComparison.Ordinal)))
        {
            // Stays open until the test ends.
            await Task.Delay(Timeout.InfiniteTimeSpan, Time);
        }
    }

    private static async Task<string> ReadHeadAsync(SslStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <summary>Fails a call; returns whether the connection is to be closed.</summary>
    private async Task<bool> FailAsync(SslStream stream, bool isCheckOut)
    {
        byte[] answer = Answer(isCheckOut);
        switch (_fault)
        {
            case LinkFault.TruncatedAnswer:
                await RespondAsync(stream, answer.Length, answer[..^3]);
                return true;
            case LinkFault.DamagedAnswer:
                answer[^9] ^= 4;
                await RespondAsync(stream, answer.Length, answer);
                return true;
            case LinkFault.ForeignAnswer:
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<hi/>"u8.ToArray());
                return true;
            case LinkFault.UnexpectedAnswer:
                byte[] other = Answer(!isCheckOut);
                await RespondAsync(stream, other.Length, other);
                return true;
            case LinkFault.OversizedAnswer:
                await RespondAsync(stream, int.MaxValue, answer);
                return false;
            case LinkFault.Timeout:
                Time.Advance(TimeSpan.FromHours(1));
                return false;
            default:
                return _fault != LinkFault.Hang;
        }
    }

    private static async Task RespondAsync(SslStream stream, int length, byte[] body)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nFtte-Version: 1\r\nContent-Type: application/vnd.ftte\r\nContent-Length: {length}\r\n\r\n"));
        await stream.WriteAsync(body);
    }

    private static byte[] Answer(bool isCheckOut)
    {
        var message = new ArrayBufferWriter<byte>();
        if (isCheckOut)
        {
            CheckOutReferenceMessage.Write(message, new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(1)));
        }
        else
        {
            ReceiptMessage.Write(message, new UpdateReceipt(UpdateOutcome.Buffered, default, 1));
        }

        return message.WrittenSpan.ToArray();
    }
}
