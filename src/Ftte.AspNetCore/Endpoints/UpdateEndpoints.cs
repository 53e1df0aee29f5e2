using System.Buffers;
using System.Globalization;
using Ftte.Wire;
using Microsoft.AspNetCore.Http;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Receives updates, in one request or with an upload that is continued after an interruption.</summary>
internal sealed class UpdateEndpoints
{
    private readonly IFederatedServer _server;
    private readonly DeviceExchange _exchange;
    private readonly WireLimits _limits;
    private readonly PartialUploads _uploads;
    private readonly string _uploadLimit;

    public UpdateEndpoints(IFederatedServer server, ParameterLayout layout, FtteEndpointOptions options, DeviceExchange exchange, TimeProvider time)
    {
        (_server, _exchange) = (server, exchange);
        var longest = new ClientId(new string('x', ClientId.MaxBytes));
        int maxBytes = (int)Math.Min(UpdateMessage.GetLength(layout.ParameterCount, ValueFormat.Float32, longest), int.MaxValue);
        _limits = new WireLimits { MaxValues = layout.ParameterCount, MaxMessageBytes = maxBytes };
        _uploads = new PartialUploads(options.PartialUploadBytes, options.PartialUploadLifetime, time);
        _uploadLimit = string.Create(CultureInfo.InvariantCulture, $"max-size={maxBytes}, max-age={(long)options.PartialUploadLifetime.TotalSeconds}");
    }

    /// <summary>Receives a whole update.</summary>
    public async Task SubmitAsync(HttpContext context)
    {
        SparseUpdate update;
        using (RequestBody body = await RequestBody.ReadAsync(context, HttpProtocol.MessageType, _limits.MaxMessageBytes).ConfigureAwait(false))
        {
            _exchange.Traffic.Received(body.Length);
            update = UpdateMessage.Read(body.Bytes, _limits);
        }

        await AcceptAsync(context, update).ConfigureAwait(false);
    }

    /// <summary>Answers how much of an update has arrived.</summary>
    public async Task GetOffsetAsync(HttpContext context)
    {
        PartialUpload upload = await _uploads.TakeAsync(_exchange.FindClient(context), DeviceExchange.ReadId(context), context.RequestAborted).ConfigureAwait(false);
        SetUploadHeaders(context.Response, upload.Body.Length);
        _uploads.Return(upload, keep: true);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
    }

    /// <summary>Receives the rest of an update.</summary>
    public async Task AppendAsync(HttpContext context)
    {
        long offset = ReadOffset(context.Request);
        PartialUpload upload = await _uploads.TakeAsync(_exchange.FindClient(context), DeviceExchange.ReadId(context), context.RequestAborted).ConfigureAwait(false);
        SparseUpdate update;
        bool isWhole = false;
        try
        {
            await ReadRestAsync(context, upload, offset).ConfigureAwait(false);
            isWhole = true;
            context.Response.Headers[HttpProtocol.UploadCompleteHeader] = HttpProtocol.IsComplete;
            update = UpdateMessage.Read(upload.Body.Bytes, _limits);
        }
        finally
        {
            _uploads.Return(upload, keep: !isWhole);
        }

        await AcceptAsync(context, update).ConfigureAwait(false);
    }

    private static long ReadOffset(HttpRequest request)
    {
        if (request.Headers[HttpProtocol.UploadCompleteHeader] != HttpProtocol.IsComplete)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, HttpProtocol.BadRequestProblem, $"The rest of an update must be sent in one request. Send {HttpProtocol.UploadCompleteHeader}: {HttpProtocol.IsComplete}.");
        }

        string? offset = request.Headers[HttpProtocol.UploadOffsetHeader];
        return long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ProblemException(StatusCodes.Status400BadRequest, HttpProtocol.BadRequestProblem, $"The header {HttpProtocol.UploadOffsetHeader} is '{Printable.Of(offset)}'. Send the offset that a HEAD request returns.");
    }

    private async Task ReadRestAsync(HttpContext context, PartialUpload upload, long offset)
    {
        int start = upload.Body.Length;
        if (start != offset)
        {
            SetUploadHeaders(context.Response, start);
            throw new ProblemException(StatusCodes.Status409Conflict, HttpProtocol.UploadOffsetProblem, $"The request continues the update at byte {offset}, but {start} bytes have arrived. Continue at byte {start}.");
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(upload.Interrupted, context.RequestAborted);
        try
        {
            await upload.Body.AppendAsync(context, HttpProtocol.PartialUploadType, _limits.MaxMessageBytes, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (upload.Interrupted.IsCancellationRequested)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, HttpProtocol.UploadOffsetProblem, "Another request of the device continues this update. Send one request at a time.");
        }
        finally
        {
            _exchange.Traffic.Received(Math.Max(0, upload.Body.Length - start));
        }
    }

    private void SetUploadHeaders(HttpResponse response, int offset)
    {
        response.Headers[HttpProtocol.UploadOffsetHeader] = offset.ToString(CultureInfo.InvariantCulture);
        response.Headers[HttpProtocol.UploadCompleteHeader] = HttpProtocol.IsIncomplete;
        response.Headers[HttpProtocol.UploadLimitHeader] = _uploadLimit;
    }

    private async Task AcceptAsync(HttpContext context, SparseUpdate update)
    {
        using (update)
        {
            UpdateHeader header = update.Header;
            _exchange.CheckClient(context, header.Client);
            string? named = context.Request.RouteValues["id"] as string;
            if (named != header.Id.ToString())
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, "update-id", $"The address names update '{Printable.Of(named)}', but the message contains update {header.Id}. Send it to its own address.");
            }

            UpdateReceipt receipt = await _server.SubmitAsync(update, context.RequestAborted).ConfigureAwait(false);
            var answer = new ArrayBufferWriter<byte>();
            ReceiptMessage.Write(answer, receipt);
            await _exchange.AnswerAsync(context, answer.WrittenMemory, receipt.RetryAfter).ConfigureAwait(false);
        }
    }
}
