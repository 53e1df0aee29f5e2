using System.Net;
using System.Net.Sockets;

namespace Ftte.Http.Tests;

/// <summary>Forwards TCP connections and disturbs each one as planned: at a byte, in one direction.</summary>
internal sealed class FaultyProxy : IDisposable
{
    private const int BufferBytes = 4096;
    private static readonly TimeSpan DelayTime = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _disposed = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly Func<int, ConnectionFault> _plan;
    private readonly Action<ProxyFault>? _onFault;
    private int _faults;
    private long _uploadedBytes;

    /// <summary>Starts the proxy.</summary>
    /// <param name="target">The address of the server.</param>
    /// <param name="plan">Returns the fault of a connection from its number, which counts from 0.</param>
    /// <param name="onFault">Called when a fault happens.</param>
    public FaultyProxy(Uri target, Func<int, ConnectionFault> plan, Action<ProxyFault>? onFault = null)
    {
        (_target, _plan, _onFault) = (new IPEndPoint(IPAddress.Loopback, target.Port), plan, onFault);
        _listener.Start();
        Address = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _ = ListenAsync();
    }

    public Uri Address { get; }

    /// <summary>Gets the number of faults that have happened.</summary>
    public int Faults => Volatile.Read(ref _faults);

    /// <summary>Gets the number of bytes that were forwarded to the server.</summary>
    public long UploadedBytes => Interlocked.Read(ref _uploadedBytes);

    public void Dispose()
    {
        _disposed.Cancel();
        _listener.Dispose();
    }

    private async Task ListenAsync()
    {
        for (int connection = 0; ; connection++)
        {
            Socket device = await _listener.AcceptSocketAsync(_disposed.Token);
            _ = ForwardAsync(device, _plan(connection));
        }
    }

    private async Task ForwardAsync(Socket device, ConnectionFault fault)
    {
        using Socket near = device, far = new(SocketType.Stream, ProtocolType.Tcp);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        try
        {
            await far.ConnectAsync(_target, closing.Token);
            Task up = CopyAsync(near, far, isUpload: true, fault, closing);
            Task down = CopyAsync(far, near, isUpload: false, fault, closing);
            await Task.WhenAll(up, down);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // One of the ends has closed the connection, or a fault has.
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool isUpload, ConnectionFault fault, CancellationTokenSource closing)
    {
        bool isFaulty = fault.Fault != ProxyFault.None && fault.IsUpload == isUpload;
        long left = isFaulty ? fault.AtByte : long.MaxValue;
        byte[] buffer = new byte[BufferBytes];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer.AsMemory(0, (int)Math.Clamp(left, 1, BufferBytes)), closing.Token)) > 0; left -= read)
            {
                if (left <= 0 && !await DisturbAsync(fault.Fault, from, to, closing))
                {
                    return;
                }

                left = left <= 0 ? long.MaxValue : left;
                await to.SendAsync(buffer.AsMemory(0, read), closing.Token);
                Interlocked.Add(ref _uploadedBytes, isUpload ? read : 0);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            await closing.CancelAsync();
        }
    }

    /// <summary>Does what was planned; returns whether the direction continues.</summary>
    private async Task<bool> DisturbAsync(ProxyFault fault, Socket from, Socket to, CancellationTokenSource closing)
    {
        Interlocked.Increment(ref _faults);
        _onFault?.Invoke(fault);
        switch (fault)
        {
            case ProxyFault.Cut:
                // A linger time of zero sends a reset instead of an orderly end.
                from.LingerState = to.LingerState = new LingerOption(enable: true, seconds: 0);
                await closing.CancelAsync();
                return false;
            case ProxyFault.HalfClose:
                to.Shutdown(SocketShutdown.Send);
                await DropAsync(from, closing.Token);
                return false;
            case ProxyFault.Stall:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, closing.Token);
                return false;
            case ProxyFault.Truncate:
                to.Shutdown(SocketShutdown.Send);
                await closing.CancelAsync();
                return false;
            default:
                await Task.Delay(DelayTime, TimeProvider.System, closing.Token);
                return true;
        }
    }

    private static async Task DropAsync(Socket from, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferBytes];
        while (await from.ReceiveAsync(buffer, cancellationToken) > 0)
        {
        }
    }
}
