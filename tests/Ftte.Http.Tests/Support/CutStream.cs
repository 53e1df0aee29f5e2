using System.Net.Sockets;

namespace Ftte.Http.Tests;

/// <summary>The stream of a connection that is reset after a number of received bytes.</summary>
internal sealed class CutStream(Socket socket, int cutAfter) : NetworkStream(socket, ownsSocket: true)
{
    private int _left = cutAfter;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await base.ReadAsync(buffer[..Math.Min(buffer.Length, Math.Max(1, _left))], cancellationToken);
        _left -= read;
        if (_left > 0)
        {
            return read;
        }

        Socket.Close(0);
        throw new IOException("The connection was cut.");
    }
}
