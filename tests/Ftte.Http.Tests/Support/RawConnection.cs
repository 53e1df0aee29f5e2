using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Ftte.Http.Tests;

/// <summary>A connection over TLS for bytes that no HTTP client sends.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _socket = new();
    private readonly SslStream _stream;

    private RawConnection(Uri address)
    {
        _socket.Connect(address.Host, address.Port);
#pragma warning disable CA5359 // The test attacks its own server.
        _stream = new SslStream(_socket.GetStream(), leaveInnerStreamOpen: false, static (_, _, _, _) => true);
#pragma warning restore CA5359
    }

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection(address);
        await connection._stream.AuthenticateAsClientAsync(address.Host);
        return connection;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        await _stream.WriteAsync(bytes);
        await _stream.FlushAsync();
    }

    /// <summary>Ends this direction of the connection.</summary>
    public void EndSending() => _socket.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Reads until the server closes the connection; returns the start of what it sent.</summary>
    public async Task<string> ReadToEndAsync()
    {
        byte[] buffer = new byte[4096];
        var text = new StringBuilder();
        try
        {
            for (int read; (read = await _stream.ReadAsync(buffer)) > 0;)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, text.Length < buffer.Length ? read : 0));
            }
        }
        catch (IOException)
        {
            // The server has reset the connection.
        }

        return text.ToString();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
