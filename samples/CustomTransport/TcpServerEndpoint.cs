using System.Buffers;
using System.Net.Sockets;
using Ftte;
using Ftte.Wire;

namespace CustomTransport;

/// <summary>Represents the server side of the transport: reads requests from each connection, forwards them to the server, and writes the answers.</summary>
internal sealed class TcpServerEndpoint(IFederatedServer server, ParameterLayout layout, TimeSpan? timeout = null, TimeProvider? time = null)
{
    private readonly WireLimits _limits = WireLimits.For(layout);

    /// <summary>Serves every device that connects until canceled or until the listener stops.</summary>
    public async Task RunAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(cancellationToken), cancellationToken);
            }
            catch (SocketException) when (listener.Server.IsBound)
            {
                // The connection failed before it was accepted; the next one may succeed.
            }
        }
    }

    private async Task ServeAsync(TcpClient device, CancellationToken cancellationToken)
    {
        using TcpClient connection = device;
        try
        {
            NetworkStream stream = connection.GetStream();
            while (true)
            {
                ReadOnlyMemory<byte> request = default;
                await InTimeAsync(async token => request = await Frame.ReadAsync(stream, _limits.MaxMessageBytes, token), cancellationToken);
                ReadOnlyMemory<byte> answer = await AnswerAsync(request, cancellationToken);
                await InTimeAsync(token => Frame.WriteAsync(stream, answer, token), cancellationToken);
            }
        }
        catch (Exception)
        {
            // An error on one connection ends only that connection; the device can connect again.
        }
    }

    /// <summary>Reads or writes within the timeout, so that an inactive peer cannot hold a connection forever.</summary>
    private async Task InTimeAsync(Func<CancellationToken, ValueTask> transfer, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout ?? TimeSpan.FromMinutes(1), time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await transfer(either.Token);
    }

    private async Task<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var answer = new ArrayBufferWriter<byte>();
        if (WireMessage.Peek(request.Span) == MessageKind.CheckOutRequest)
        {
            float[] parameters = new float[layout.ParameterCount];
            CheckOutResponse checkOut = await server.CheckOutAsync(CheckOutRequestMessage.Read(request.Span), parameters, cancellationToken);
            CheckOutResponseMessage.Write(answer, checkOut, parameters, ValueFormat.Float32, seed: 0);
        }
        else
        {
            using SparseUpdate update = UpdateMessage.Read(request.Span, _limits);
            ReceiptMessage.Write(answer, await server.SubmitAsync(update, cancellationToken));
        }

        return answer.WrittenMemory;
    }
}
