using System.Buffers;
using System.Collections.Immutable;
using Ftte.AspNetCore.Endpoints;
using Ftte.Privacy.SecureAggregation;
using Ftte.Wire;
using Microsoft.AspNetCore.Http;

namespace Ftte.Privacy.AspNetCore;

/// <summary>Receives announcements, shares and masked updates, and holds each request until its cohort has an answer.</summary>
/// <remarks>
/// Memory: the body of a request, which grows with the bytes that arrive. Only members of a cohort may send masked updates, of the length that the cohort has, and only clients that were assigned an update
/// wait in the queue, so that the memory is bounded by the limits of assignments and of requests per device.
/// </remarks>
internal sealed class CohortEndpoints(SecureAggregationServer server, DeviceExchange exchange, TimeSpan maxWait, TimeProvider time, CancellationToken stopping)
{
    /// <summary>The maximum length of a message without values: the shares for the members of the largest cohort, and a margin.</summary>
    private const int MaxMessageBytes = (CohortDescription.MaxMembers * EncryptedShares.CiphertextLength) + 512;

    public async Task AnnounceAsync(HttpContext context)
    {
        ReadyAnnouncement announcement = await ReadAsync(context, CohortMessages.ReadAnnouncement).ConfigureAwait(false);
        exchange.CheckClient(context, announcement.Header.Client);
        TimeSpan asked = WorkHold.GetWait(context.Request, maxWait);
        using var late = new CancellationTokenSource(asked > TimeSpan.Zero ? asked : maxWait, time);
        CohortInvitation invitation;
        try
        {
            invitation = await HoldAsync(context, server.AnnounceAsync, announcement, late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            invitation = new CohortInvitation(null);
        }

        await AnswerAsync(context, output => CohortMessages.Write(output, invitation), invitation.Receipt?.RetryAfter).ConfigureAwait(false);
    }

    public async Task ShareAsync(HttpContext context)
    {
        (Guid cohort, ClientId client) = ReadMember(context);
        EncryptedShares shares = await ReadAsync(context, CohortMessages.ReadShares).ConfigureAwait(false);
        SharesForMember answer = await HoldAsync(context, (message, token) => server.ShareAsync(cohort, client, message, token), shares).ConfigureAwait(false);
        await AnswerAsync(context, output => CohortMessages.Write(output, answer)).ConfigureAwait(false);
    }

    public async Task SubmitAsync(HttpContext context)
    {
        (Guid cohort, ClientId client) = ReadMember(context);
        MaskedUpdateFormat format = Refusing(() => server.GetFormat(cohort, client));
        ImmutableArray<int> members;
        using (RequestBody body = await RequestBody.ReadAsync(context, HttpProtocol.BlobType, format.Length).ConfigureAwait(false))
        {
            exchange.Traffic.Received(body.Length);
            MaskedUpdate update = Refusing(() => MaskedUpdate.FromBytes(body.Memory, format.Count, format.BytesPerValue));

            // The server adds the update before the first wait, but the call borrows the body until it returns.
            members = await HoldAsync(context, (message, token) => server.SubmitMaskedAsync(cohort, client, message, token), update).ConfigureAwait(false);
        }

        await AnswerAsync(context, output => CohortMessages.Write(output, members)).ConfigureAwait(false);
    }

    public async Task UnmaskAsync(HttpContext context)
    {
        (Guid cohort, ClientId client) = ReadMember(context);
        UnmaskingShares shares = await ReadAsync(context, CohortMessages.ReadUnmasking).ConfigureAwait(false);
        UpdateReceipt receipt = await HoldAsync(context, (message, token) => server.UnmaskAsync(cohort, client, message, token), shares).ConfigureAwait(false);
        await AnswerAsync(context, output => ReceiptMessage.Write(output, receipt), receipt.RetryAfter).ConfigureAwait(false);
    }

    /// <summary>Makes a call that the server refuses with a problem.</summary>
    private static T Refusing<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SecureAggregationException error)
        {
            throw ToProblem(error);
        }
    }

    private static ProblemException ToProblem(SecureAggregationException error)
    {
        (int status, string reason) = CohortProtocol.GetProblem(error.Refusal);
        return new ProblemException(status, reason, error.Message);
    }

    /// <summary>Reads the cohort and the client from the address.</summary>
    private (Guid Cohort, ClientId Client) ReadMember(HttpContext context)
    {
        string? id = context.Request.RouteValues["id"] as string;
        if (!Guid.TryParseExact(id, "D", out Guid cohort))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, HttpProtocol.BadRequestProblem, $"'{Printable.Of(id)}' is not the ID of a cohort. Send the ID of its description.");
        }

        ClientId client = DeviceExchange.ReadClient(context.Request);
        exchange.CheckClient(context, client);
        return (cohort, client);
    }

    private async Task<T> ReadAsync<T>(HttpContext context, MessageReader<T> read)
    {
        using RequestBody body = await RequestBody.ReadAsync(context, HttpProtocol.MessageType, MaxMessageBytes).ConfigureAwait(false);
        exchange.Traffic.Received(body.Length);
        return read(body.Bytes);
    }

    /// <summary>Makes a call that may wait for other devices. It ends with the request, and when the app stops.</summary>
    private async Task<TAnswer> HoldAsync<TMessage, TAnswer>(HttpContext context, Func<TMessage, CancellationToken, ValueTask<TAnswer>> call, TMessage message, CancellationToken late = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping, late);
        try
        {
            return await call(message, ended.Token).ConfigureAwait(false);
        }
        catch (SecureAggregationException error)
        {
            throw ToProblem(error);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw WorkHold.CreateStoppingProblem();
        }
    }

    private Task AnswerAsync(HttpContext context, Action<IBufferWriter<byte>> write, TimeSpan? retryAfter = null)
    {
        var answer = new ArrayBufferWriter<byte>();
        write(answer);
        return exchange.AnswerAsync(context, answer.WrittenMemory, retryAfter);
    }

    private delegate T MessageReader<T>(ReadOnlySpan<byte> message);
}
