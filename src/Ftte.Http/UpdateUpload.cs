using System.Globalization;
using System.Net;
using Ftte.Wire;

namespace Ftte.Http;

/// <summary>Sends a large update, and continues after an interruption where the server's part of it ends.</summary>
internal sealed class UpdateUpload(HttpConnection connection, UpdateId id, ReadOnlyMemory<byte> message, HttpFederatedServerOptions options, TimeProvider time)
{
    private readonly string _path = HttpProtocol.UpdatePath + id;

    /// <summary>Sends everything that the server does not have.</summary>
    /// <exception cref="IOException">The upload made no progress in any attempt, or the server rejected it.</exception>
    public async Task<UpdateReceipt> RunAsync(CallDeadline deadline)
    {
        TimeSpan wait = options.TransferBackoff;
        long furthest = 0;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                // Asked before the first attempt, too: an earlier call may have sent a part.
                long? offset = await FindOffsetAsync(deadline).ConfigureAwait(false);
                if (offset > furthest)
                {
                    (furthest, attempt, wait) = (offset.Value, 1, options.TransferBackoff);
                }

                return await SendAsync(offset, deadline).ConfigureAwait(false);
            }
            catch (Exception error) when (IsInterruption(error) && !deadline.Token.IsCancellationRequested && attempt < options.MaxTransferAttempts)
            {
                deadline.Restart();
                await Task.Delay(wait, time, deadline.Token).ConfigureAwait(false);
                wait *= 2;
            }
        }
    }

    /// <summary>Sends the update from a position in one request.</summary>
    /// <param name="offset">The position; null to send the whole update without the possibility to continue it.</param>
    /// <param name="deadline">The deadline of the call.</param>
    public async Task<UpdateReceipt> SendAsync(long? offset, CallDeadline deadline)
    {
        using HttpRequestMessage request = connection.CreateRequest(offset is null ? HttpMethod.Put : HttpMethod.Patch, _path);
        request.Content = offset is { } start ? new MessageContent(message[(int)start..], deadline, HttpProtocol.PartialUploadType) : new MessageContent(message, deadline);
        if (offset is not null)
        {
            request.Headers.Add(HttpProtocol.UploadOffsetHeader, offset.Value.ToString(CultureInfo.InvariantCulture));
            request.Headers.Add(HttpProtocol.UploadCompleteHeader, HttpProtocol.IsComplete);
        }

        ReadOnlyMemory<byte> answer = await connection.ExchangeAsync(request, HttpProtocol.MessageType, ReceiptMessage.Length, deadline).ConfigureAwait(false);
        return ReceiptMessage.Read(answer.Span);
    }

    /// <summary>Returns whether a failure is that of a connection. A server that sees the end of a connection first may answer that the request is not valid.</summary>
    /// <remarks>If the server asks for a wait, the device loop waits.</remarks>
    private static bool IsInterruption(Exception error) => error is ServerProblemException problem
        ? problem.RetryAfter is null && (HttpConnection.IsInterruption(problem) || problem.Reason is HttpProtocol.BadRequestProblem or HttpProtocol.UploadOffsetProblem)
        : HttpConnection.IsInterruption(error);

    /// <summary>Returns the number of bytes that the server has; null if it cannot continue uploads.</summary>
    private async Task<long?> FindOffsetAsync(CallDeadline deadline)
    {
        using HttpRequestMessage request = connection.CreateRequest(HttpMethod.Head, _path);
        try
        {
            using HttpResponseMessage response = await connection.SendAsync(request, deadline).ConfigureAwait(false);
            return response.Headers.TryGetValues(HttpProtocol.UploadOffsetHeader, out IEnumerable<string>? values)
                && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
                && offset <= message.Length
                ? offset
                : null;
        }
        catch (ServerProblemException problem) when (problem.Status < HttpStatusCode.InternalServerError && problem.Status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout))
        {
            // An older server, or a refusal: the answer to HEAD has no body that states the reason, and that to PUT has.
            return null;
        }
    }
}
