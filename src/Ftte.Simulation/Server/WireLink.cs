using System.Buffers;
using System.Runtime.ExceptionServices;
using Ftte.Wire;

namespace Ftte.Simulation.Server;

/// <summary>The link between the devices and the server. Every message is written and read in the wire format, so values are encoded and bytes are counted as in production.</summary>
/// <remarks>A run has one link, because the simulation makes one call at a time.</remarks>
/// <param name="server">The server.</param>
/// <param name="parameterCount">The number of parameters of the model.</param>
/// <param name="down">The format of parameters sent to devices.</param>
/// <param name="up">The format of updates sent to the server.</param>
/// <param name="metrics">The number of metrics of an evaluation.</param>
/// <param name="hasCohorts">Whether differences arrive in cohorts, whose messages are counted with <see cref="CountCohort"/>.</param>
internal sealed class WireLink(IFederatedServer server, int parameterCount, ValueFormat down, ValueFormat up, int metrics, bool hasCohorts = false) : IFederatedServer
{
    private readonly ArrayBufferWriter<byte> _wire = new();
    private ExceptionDispatchInfo? _fault;

    public long BytesDown { get; private set; }

    public long BytesUp { get; private set; }

    /// <summary>Gets the bytes of the last check-out request.</summary>
    public long LastRequestBytes { get; private set; }

    /// <summary>Gets the bytes of the last answer to a check-out request.</summary>
    public long LastDownloadBytes { get; private set; }

    /// <summary>Determines whether the update that answers an assignment goes into a cohort.</summary>
    public bool EntersCohort(UpdateContent content) => hasCohorts && content == UpdateContent.Difference;

    /// <summary>Counts the messages of a cohort.</summary>
    public void CountCohort(long bytesUp, long bytesDown) => (BytesUp, BytesDown) = (BytesUp + bytesUp, BytesDown + bytesDown);

    /// <summary>Gets the number of bytes of the update that answers an assignment.</summary>
    public long UpdateBytes(TrainingAssignment assignment, int blockCount)
    {
        if (EntersCohort(assignment.Content))
        {
            return 0;
        }

        int values = assignment.Content switch
        {
            UpdateContent.Importance => blockCount,
            UpdateContent.Evaluation => metrics,
            _ => assignment.Selection.Count,
        };
        return UpdateMessage.GetLength(values, up, assignment.Client, assignment.Content);
    }

    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default) =>
        CaptureFaultAsync(CheckOutCoreAsync(request, parameters, cancellationToken));

    public ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default) =>
        CaptureFaultAsync(SubmitCoreAsync(update, cancellationToken));

    /// <summary>Waits for a client's round.</summary>
    /// <returns>The round. An exception of the rule or of the wire format is thrown, although the client reports it as a broken link.</returns>
    public async Task<ClientRound> CompleteAsync(Task<ClientRound> round)
    {
        try
        {
            return await round.ConfigureAwait(false);
        }
        catch (IOException) when (_fault is not null)
        {
            _fault.Throw();
            throw;
        }
    }

    private async ValueTask<T> CaptureFaultAsync<T>(ValueTask<T> call)
    {
        try
        {
            return await call;
        }
        catch (Exception fault)
        {
            _fault = ExceptionDispatchInfo.Capture(fault);
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
        if (EntersCohort(update.Header.Content))
        {
            // The mean of a cohort, which the server computes.
            return await AnswerAsync(update, cancellationToken);
        }

        ulong seed = WireMessage.GetSeed(update.Header.Client, update.Header.Id);
        using SparseUpdate arrived = UpdateMessage.Read(Send(writer => UpdateMessage.Write(writer, update, up, seed)));
        BytesUp += _wire.WrittenCount;
        UpdateReceipt receipt = await AnswerAsync(arrived, cancellationToken);
        ReadOnlySpan<byte> answer = Send(writer => ReceiptMessage.Write(writer, receipt));
        BytesDown += answer.Length;
        return ReceiptMessage.Read(answer);
    }

    /// <summary>Submits an update. Outcomes that make a client wait and retry end the run, because the virtual clock does not advance during a call.</summary>
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
            UpdateOutcome.Busy => throw new InvalidOperationException("The rule's aggregator is busy. In a simulation, which makes one call at a time, it must answer every update."),
            UpdateOutcome.LengthMismatch or UpdateOutcome.LayoutMismatch => throw new InvalidOperationException(
                $"The update of '{update.Header.Client}' was refused with {receipt.Outcome}. Its trainer must return a value for each parameter of the assignment's selection, or for each metric of an evaluation."),
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
