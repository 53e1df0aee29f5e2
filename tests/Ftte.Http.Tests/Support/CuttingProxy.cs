using System.Net;
using System.Net.Sockets;

namespace Ftte.Http.Tests;

/// <summary>Forwards TCP connections and cuts each one after a number of bytes in one direction, at a place that follows from a seed.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly Random _random;
    private readonly int _minBytes;
    private readonly int _maxBytes;
    private int _cuts;

    public CuttingProxy(Uri target, int seed, int minBytes, int maxBytes)
    {
        (_target, _random, _minBytes, _maxBytes) = (new IPEndPoint(IPAddress.Loopback, target.Port), new Random(seed), minBytes, maxBytes);
        _listener.Start();
        Address = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _ = ListenAsync();
    }

    public Uri Address { get; }

    /// <summary>Gets the number of connections that were cut.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    public void Dispose() => _listener.Dispose();

    private async Task ListenAsync()
    {
        while (true)
        {
            TcpClient device = await _listener.AcceptTcpClientAsync();
            int limit = _random.Next(_minBytes, _maxBytes);
            _ = ForwardAsync(device, limit, cutsDownload: _random.Next(3) > 0);
        }
    }

    private async Task ForwardAsync(TcpClient device, int limit, bool cutsDownload)
    {
        using TcpClient near = device, far = new();
        try
        {
            await far.ConnectAsync(_target);
            Task up = CopyAsync(near.GetStream(), far.GetStream(), cutsDownload ? int.MaxValue : limit);
            Task down = CopyAsync(far.GetStream(), near.GetStream(), cutsDownload ? limit : int.MaxValue);
            await await Task.WhenAny(up, down);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // One of the ends has closed the connection.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, int limit)
    {
        byte[] buffer = new byte[4096];
        for (int read; (read = await from.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, limit)))) > 0; limit -= read)
        {
            await to.WriteAsync(buffer.AsMemory(0, read));
            if (read == limit)
            {
                Interlocked.Increment(ref _cuts);
                return;
            }
        }
    }
}
