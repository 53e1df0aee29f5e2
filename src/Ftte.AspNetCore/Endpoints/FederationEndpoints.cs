using System.Buffers;
using System.Globalization;
using System.Security.Claims;
using Ftte.AspNetCore.Blobs;
using Ftte.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Handles the calls of devices: check-outs, downloads and updates.</summary>
internal sealed class FederationEndpoints
{
    private readonly IFederatedServer _server;
    private readonly ParameterLayout _layout;
    private readonly FtteEndpointOptions _options;
    private readonly EndpointTraffic _traffic;
    private readonly BlobCache _blobs;
    private readonly WorkHold _hold;
    private readonly long _maxUpdateBytes;
    private readonly long _maxRequestBytes;

    public FederationEndpoints(IFederatedServer server, ParameterLayout layout, FtteEndpointOptions options, EndpointTraffic traffic, TimeProvider time, IHostApplicationLifetime? lifetime)
    {
        (_server, _layout, _options, _traffic) = (server, layout, options, traffic);
        _blobs = new BlobCache(options.BlobCacheBytes, options.MaxEncodedBlobBytes);
        _hold = new WorkHold(options.MaxWorkWait, time, lifetime?.ApplicationStopping ?? default);
        var longest = new ClientId(new string('x', ClientId.MaxBytes));
        _maxUpdateBytes = Math.Min(UpdateMessage.GetLength(layout.ParameterCount, ValueFormat.Float32, longest), int.MaxValue);
        _maxRequestBytes = CheckOutRequestMessage.GetLength(new CheckOutRequest(longest, 0, 0));
    }

    /// <summary>Gets the memory that downloads keep alive, in bytes.</summary>
    public long RetainedBytes => _blobs.RetainedBytes;

    public async Task CheckOutAsync(HttpContext context)
    {
        CheckOutRequest device;
        using (RequestBody body = await RequestBody.ReadAsync(context, HttpProtocol.MessageType, _maxRequestBytes).ConfigureAwait(false))
        {
            _traffic.Received(body.Bytes.Length);
            device = CheckOutRequestMessage.Read(body.Bytes);
        }

        CheckClient(context, device.Client);
        SnapshotCheckOut checkOut = _server is ISnapshotServer shared
            ? await _hold.CheckOutAsync(shared, device, context).ConfigureAwait(false)
            : await CopyAsync(device, context.RequestAborted).ConfigureAwait(false);
        BlobReference parameters = checkOut.Response.Assignment is { Refreshed.Count: > 0 } assignment
            ? (await _blobs.GetAsync(checkOut.Model!, assignment.Refreshed, _options.DownloadFormat).ConfigureAwait(false)).Reference
            : default;
        var answer = new ArrayBufferWriter<byte>();
        CheckOutReferenceMessage.Write(answer, checkOut.Response, parameters);
        await AnswerAsync(context, answer.WrittenMemory, checkOut.Response.RetryAfter).ConfigureAwait(false);
    }

    public async Task SubmitAsync(HttpContext context)
    {
        SparseUpdate update;
        using (RequestBody body = await RequestBody.ReadAsync(context, HttpProtocol.MessageType, _maxUpdateBytes).ConfigureAwait(false))
        {
            _traffic.Received(body.Bytes.Length);
            update = UpdateMessage.Read(body.Bytes, new WireLimits { MaxValues = _layout.ParameterCount, MaxMessageBytes = (int)_maxUpdateBytes });
        }

        using (update)
        {
            UpdateHeader header = update.Header;
            CheckClient(context, header.Client);
            string? named = context.Request.RouteValues["id"] as string;
            if (named != header.Id.ToString())
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, "update-id", $"The address names update '{Printable.Of(named)}', but the message contains update {header.Id}. Send it to its own address.");
            }

            UpdateReceipt receipt = await _server.SubmitAsync(update, context.RequestAborted).ConfigureAwait(false);
            var answer = new ArrayBufferWriter<byte>();
            ReceiptMessage.Write(answer, receipt);
            await AnswerAsync(context, answer.WrittenMemory, receipt.RetryAfter).ConfigureAwait(false);
        }
    }

    public async Task DownloadAsync(HttpContext context)
    {
        string? digest = context.Request.RouteValues["digest"] as string;
        ModelBlob blob = (BlobReference.IsDigest(digest) ? _blobs.Find(digest!) : null)
            ?? throw new ProblemException(StatusCodes.Status404NotFound, "no-such-blob", "The server does not have these parameters, or no longer. Check out again.");
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        FileStreamHttpResult file = TypedResults.Stream(
            blob.Open(), HttpProtocol.BlobType, entityTag: new EntityTagHeaderValue($"\"{digest}\""), enableRangeProcessing: true);
        await file.ExecuteAsync(context).ConfigureAwait(false);
        _traffic.Sent(HttpMethods.IsGet(context.Request.Method) ? context.Response.ContentLength ?? 0 : 0);
    }

    public async Task RenewLeaseAsync(HttpContext context)
    {
        string? id = context.Request.RouteValues["id"] as string;
        if (!ulong.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong assignment) || id.Length != 2 * sizeof(ulong))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "bad-request", $"'{Printable.Of(id)}' is not the ID of an assignment. Send 16 hexadecimal digits.");
        }

        ClientId client = ReadClient(context.Request);
        CheckClient(context, client);
        if (_server is not ILeaseServer leases || !await leases.RenewLeaseAsync(client, new UpdateId(assignment), context.RequestAborted).ConfigureAwait(false))
        {
            throw new ProblemException(StatusCodes.Status404NotFound, HttpProtocol.NoLeaseProblem, "The lease has ended or must not be renewed again. Continue: the update still counts.");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> message, TimeSpan? retryAfter)
    {
        _traffic.Sent(message.Length);
        Problem.SetRetryAfter(context.Response, retryAfter);
        context.Response.ContentType = HttpProtocol.MessageType;
        context.Response.ContentLength = message.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.BodyWriter.WriteAsync(message, context.RequestAborted).ConfigureAwait(false);
    }

    private static ClientId ReadClient(HttpRequest request)
    {
        try
        {
            return new ClientId(request.Query[HttpProtocol.ClientParameter].ToString());
        }
        catch (ArgumentException error)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "bad-request", $"The client in the query is not valid. {error.Message}");
        }
    }

    /// <summary>Rejects a message that names another client than the one that was authenticated. Without authentication, the ID is not verified; see <c>docs/open-server.md</c>.</summary>
    private void CheckClient(HttpContext context, ClientId client)
    {
        if (context.User.Identity?.IsAuthenticated == true && context.User.FindFirstValue(_options.ClientIdClaim) is var authenticated && authenticated != client.Value)
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden, "foreign-client", $"The message names the client '{client}', but the device is authenticated as '{Printable.Of(authenticated)}'. Use the ID of the certificate or token.");
        }
    }

    /// <summary>Checks out from a server that has no snapshots to share, which costs a copy of the model.</summary>
    private async Task<SnapshotCheckOut> CopyAsync(CheckOutRequest device, CancellationToken cancellationToken)
    {
        float[] parameters = new float[_layout.ParameterCount];
        CheckOutResponse response = await _server.CheckOutAsync(device, parameters, cancellationToken).ConfigureAwait(false);
        return new SnapshotCheckOut(response, response.Assignment is { } work ? ModelSnapshot.TakeOver(_layout, work.Version, parameters) : null);
    }
}
