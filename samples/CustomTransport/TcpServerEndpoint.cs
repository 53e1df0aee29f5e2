using System.Buffers;
using System.Net.Sockets;
using Ftte;

namespace CustomTransport;

/// <summary>The server's end: reads requests from each connection, asks the real server, writes its answers.</summary>
internal sealed class TcpServerEndpoint(IFederatedServer server, ParameterLayout layout)
{
    private readonly WireLimits _limits = WireLimits.For(layout);

    /// <summary>Serves every device that connects until cancelled.</summary>
    public async Task RunAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            _ = ServeAsync(await listener.AcceptTcpClientAsync(cancellationToken), cancellationToken);
        }
    }

    private async Task ServeAsync(TcpClient device, CancellationToken cancellationToken)
    {
        using NetworkStream stream = device.GetStream();
        float[] parameters = new float[layout.ParameterCount];
        var answer = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                byte[] request = await Frame.ReadAsync(stream, _limits.MaxMessageBytes, cancellationToken);
                answer.ResetWrittenCount();
                if (WireMessage.Peek(request) == MessageKind.Device)
                {
                    CheckOut checkOut = await server.CheckOutAsync(DeviceMessage.Read(request), parameters, cancellationToken);
                    CheckOutMessage.Write(answer, checkOut, parameters, ValueFormat.Float32, seed: 0);
                }
                else
                {
                    using SparseUpdate update = UpdateMessage.Read(request, _limits);
                    ReceiptMessage.Write(answer, await server.SubmitAsync(update, cancellationToken));
                }

                await Frame.WriteAsync(stream, answer.WrittenMemory, cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or WireFormatException)
        {
            // A device that leaves or sends rubbish loses its connection and nothing else; it may come back.
        }
    }
}
