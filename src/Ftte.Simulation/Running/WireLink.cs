using System.Buffers;
using System.Runtime.ExceptionServices;
using Ftte.Wire;

namespace Ftte.Simulation;

/// <summary>The link between devices and the server: every call goes through the wire format, so what arrives is what the values became on the way, and bytes are counted as sent.</summary>
/// <remarks>One for a whole run, because the simulation makes one call at a time.</remarks>
/// <param name="server">The server at the other end.</param>
/// <param name="parameterCount">The length of the model's vector.</param>
/// <param name="down">How parameters travel to the device.</param>
/// <param name="up">How updates travel to the server.</param>
internal sealed class WireLink(IFederatedServer server, int parameterCount, ValueFormat down, ValueFormat up) : IFederatedServer
{
    private readonly ArrayBufferWriter<byte> _wire = new();

    public long BytesDown { get; private set; }

    public long BytesUp { get; private set; }

    /// <summary>Gets the bytes of the last request for work.</summary>
    public long LastRequestBytes { get; private set; }

    /// <summary>Gets the bytes of the last answer to one.</summary>
    public long LastDownloadBytes { get; private set; }

    /// <summary>Gets whether the last update used up its device's share of the buffer. The receipt does not carry it: the server answers the next request with busy.</summary>
    public bool LastAwaitsNextVersion { get; private set; }

    /// <summary>Gets what the rule or the wire threw, if anything did: a client takes every exception for a broken link, and a simulation has none.</summary>
    public ExceptionDispatchInfo? Fault { get; private set; }

    /// <summary>Gets the bytes that the update will take which answers an assignment.</summary>
    public long UpdateBytes(TrainingAssignment assignment, int blockCount) => assignment.Content == UpdateContent.Importance
        ? UpdateMessage.GetLength(blockCount, ValueFormat.Float32, assignment.Client, assignment.Content)
        : UpdateMessage.GetLength(assignment.Selection.Count, up, assignment.Client, assignment.Content);

    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest device, Memory<float> parameters, CancellationToken cancellationToken = default) =>
        NotingFaultAsync(CheckOutCoreAsync(device, parameters, cancellationToken));

    public ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default) =>
        NotingFaultAsync(SubmitCoreAsync(update, cancellationToken));

    private async ValueTask<T> NotingFaultAsync<T>(ValueTask<T> call)
    {
        try
        {
            return await call;
        }
        catch (Exception fault)
        {
            Fault = ExceptionDispatchInfo.Capture(fault);
            throw;
        }
    }

    private async ValueTask<CheckOutResponse> CheckOutCoreAsync(CheckOutRequest device, Memory<float> parameters, CancellationToken cancellationToken)
    {
        CheckOutRequest request = CheckOutRequestMessage.Read(Send(writer => CheckOutRequestMessage.Write(writer, device)));
        LastRequestBytes = _wire.WrittenCount;
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

    private async ValueTask<UpdateReceipt> SubmitCoreAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        ulong seed = WireMessage.GetSeed(update.Header.Client, update.Header.Id);
        using SparseUpdate arrived = UpdateMessage.Read(Send(writer => UpdateMessage.Write(writer, update, up, seed)));
        BytesUp += _wire.WrittenCount;
        UpdateReceipt receipt = await AnswerAsync(arrived, cancellationToken);
        LastAwaitsNextVersion = receipt.AwaitsNextVersion || receipt.Outcome == UpdateOutcome.ClientQuota;
        ReadOnlySpan<byte> answer = Send(writer => ReceiptMessage.Write(writer, receipt));
        BytesDown += answer.Length;
        return ReceiptMessage.Read(answer);
    }

    /// <summary>Hands in an update. What would make a client try again later goes to the caller of the simulation: the clock stands still while a client waits.</summary>
    private async ValueTask<UpdateReceipt> AnswerAsync(SparseUpdate update, CancellationToken cancellationToken)
    {
        UpdateReceipt receipt;
        try
        {
            receipt = await server.SubmitAsync(update, cancellationToken);
        }
        catch (IOException broken)
        {
            throw new InvalidOperationException($"The rule's aggregator failed: {broken.Message}", broken);
        }

        return receipt.Outcome switch
        {
            UpdateOutcome.Busy => throw new InvalidOperationException("The rule's aggregator is busy; in a simulation, which makes one call at a time, it must answer every update."),
            UpdateOutcome.LengthMismatch or UpdateOutcome.LayoutMismatch => throw new InvalidOperationException(
                $"The update of '{update.Header.Client}' was refused, {receipt.Outcome}: its trainer is to give a value for each parameter of the assignment's selection."),
            _ => receipt,
        };
    }

    private ReadOnlySpan<byte> Send(Action<IBufferWriter<byte>> write)
    {
        _wire.ResetWrittenCount();
        write(_wire);
        return _wire.WrittenSpan;
    }
}
