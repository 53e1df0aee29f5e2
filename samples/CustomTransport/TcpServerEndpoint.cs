using System.Buffers;
using System.Net.Sockets;
using Ftte;
using Ftte.Wire;

namespace CustomTransport;

/// <summary>The server's end: reads requests from each connection, asks the real server, writes its answers.</summary>
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
                // One connection broke before it was accepted; the next one may work.
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
            // Whatever goes wrong on one connection ends that connection and nothing else; the device may connect again.
        }
    }

    /// <summary>Reads or writes, but not for longer than the timeout: a peer that sends or takes nothing must not hold a connection for good.</summary>
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
