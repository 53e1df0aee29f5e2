using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Ftte;

namespace CustomTransport;

/// <summary>The device's end: looks like the server, and carries each call over a connection of its own, so that calls may overlap and fail alone.</summary>
internal sealed class TcpServerProxy(IPEndPoint address, ParameterLayout layout) : IFederatedServer
{
    public async ValueTask<CheckOut> CheckOutAsync(DeviceProfile device, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, layout.ParameterCount, nameof(parameters));
        byte[] answer = await CallAsync(request => DeviceMessage.Write(request, device), cancellationToken);
        return CheckOutMessage.Read(answer, parameters.Span);
    }

    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ulong seed = WireMessage.GetSeed(update.Header.Client, update.Header.Id);
        return ReceiptMessage.Read(await CallAsync(request => UpdateMessage.Write(request, update, ValueFormat.Float32, seed), cancellationToken));
    }

    private async Task<byte[]> CallAsync(Action<IBufferWriter<byte>> write, CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>();
        write(request);
        using var connection = new TcpClient { NoDelay = true };
        try
        {
            await connection.ConnectAsync(address, cancellationToken);
            await Frame.WriteAsync(connection.GetStream(), request.WrittenMemory, cancellationToken);
            return await Frame.ReadAsync(connection.GetStream(), int.MaxValue, cancellationToken);
        }
        catch (SocketException broken)
        {
            throw new IOException($"The server at {address} cannot be reached.", broken); // what the device loop retries
        }
    }
}
