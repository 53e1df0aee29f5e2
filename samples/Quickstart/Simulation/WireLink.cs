using System.Buffers;
using Ftte;
using Ftte.Wire;

namespace Quickstart;

/// <summary>A device's link to the server: every call goes through the wire format, so what arrives is what the values became on the way, and bytes are counted as sent.</summary>
/// <param name="server">The server at the other end.</param>
/// <param name="parameterCount">The length of the model's vector.</param>
/// <param name="down">How parameters travel to the device.</param>
/// <param name="up">How updates travel to the server.</param>
internal sealed class WireLink(IFederatedServer server, int parameterCount, ValueFormat down, ValueFormat up) : IFederatedServer
{
    private readonly ArrayBufferWriter<byte> _wire = new();

    public long BytesDown { get; private set; }

    public long BytesUp { get; private set; }

    /// <summary>Gets the bytes of the last answer to a check-out.</summary>
    public long LastDownloadBytes { get; private set; }

    /// <summary>Gets the bytes that an update of so many values will take.</summary>
    public long UpdateBytes(int valueCount, ClientId client) => UpdateMessage.GetLength(valueCount, up, client);

    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest device, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        CheckOutRequest request = CheckOutRequestMessage.Read(Send(writer => CheckOutRequestMessage.Write(writer, device)));
        BytesUp += _wire.WrittenCount;

        float[] atServer = ArrayPool<float>.Shared.Rent(parameterCount);
        try
        {
            CheckOutResponse answer = await server.CheckOutAsync(request, atServer.AsMemory(0, parameterCount), cancellationToken);
            ulong seed = answer.Assignment?.UpdateId.Value ?? 0;
            ReadOnlySpan<byte> bytes = Send(writer => CheckOutResponseMessage.Write(writer, answer, atServer.AsSpan(0, parameterCount), down, seed));
            LastDownloadBytes = bytes.Length;
            BytesDown += bytes.Length;
            return CheckOutResponseMessage.Read(bytes, parameters.Span);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(atServer);
        }
    }

    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ulong seed = WireMessage.GetSeed(update.Header.Client, update.Header.Id);
        using SparseUpdate arrived = UpdateMessage.Read(Send(writer => UpdateMessage.Write(writer, update, up, seed)));
        BytesUp += _wire.WrittenCount;
        UpdateReceipt receipt = await server.SubmitAsync(arrived, cancellationToken);
        ReadOnlySpan<byte> answer = Send(writer => ReceiptMessage.Write(writer, receipt));
        BytesDown += answer.Length;
        return ReceiptMessage.Read(answer);
    }

    private ReadOnlySpan<byte> Send(Action<IBufferWriter<byte>> write)
    {
        _wire.ResetWrittenCount();
        write(_wire);
        return _wire.WrittenSpan;
    }
}
