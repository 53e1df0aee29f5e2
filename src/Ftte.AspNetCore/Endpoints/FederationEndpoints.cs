using System.Buffers;
using Ftte.AspNetCore.Blobs;
using Ftte.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Handles check-outs, downloads and renewals of leases.</summary>
internal sealed class FederationEndpoints
{
    private readonly IFederatedServer _server;
    private readonly ParameterLayout _layout;
    private readonly FtteEndpointOptions _options;
    private readonly DeviceExchange _exchange;
    private readonly BlobCache _blobs;
    private readonly WorkHold _hold;
    private readonly long _maxRequestBytes;

    public FederationEndpoints(IFederatedServer server, ParameterLayout layout, FtteEndpointOptions options, DeviceExchange exchange, TimeProvider time, IHostApplicationLifetime? lifetime)
    {
        (_server, _layout, _options, _exchange) = (server, layout, options, exchange);
        _blobs = new BlobCache(options.BlobCacheBytes, options.MaxRemovedBlobBytes, options.MaxEncodedBlobBytes);
        _hold = new WorkHold(options.MaxWorkWait, time, lifetime?.ApplicationStopping ?? default);
        var longest = new ClientId(new string('x', ClientId.MaxBytes));
        _maxRequestBytes = CheckOutRequestMessage.GetLength(new CheckOutRequest(longest, 0, 0));
    }

    /// <summary>Gets the memory that downloads keep alive, in bytes.</summary>
    public long RetainedBytes => _blobs.RetainedBytes;

    public async Task CheckOutAsync(HttpContext context)
    {
        CheckOutRequest device;
        using (RequestBody body = await RequestBody.ReadAsync(context, HttpProtocol.MessageType, _maxRequestBytes).ConfigureAwait(false))
        {
            _exchange.Traffic.Received(body.Bytes.Length);
            device = CheckOutRequestMessage.Read(body.Bytes);
        }

        _exchange.CheckClient(context, device.Client);
        SnapshotCheckOut checkOut = _server is ISnapshotServer shared
            ? await _hold.CheckOutAsync(shared, device, context).ConfigureAwait(false)
            : await CopyAsync(device, context.RequestAborted).ConfigureAwait(false);
        BlobReference parameters = checkOut.Response.Assignment is { Refreshed.Count: > 0 } assignment
            ? (await _blobs.GetAsync(checkOut.Model!, assignment.Refreshed, _options.DownloadFormat).ConfigureAwait(false)).Reference
            : default;
        var answer = new ArrayBufferWriter<byte>();
        CheckOutReferenceMessage.Write(answer, checkOut.Response, parameters);
        await _exchange.AnswerAsync(context, answer.WrittenMemory, checkOut.Response.RetryAfter).ConfigureAwait(false);
    }

    public async Task DownloadAsync(HttpContext context)
    {
        string? digest = context.Request.RouteValues["digest"] as string;
        using BlobUse download = (BlobReference.IsDigest(digest) ? _blobs.Open(digest!) : null)
            ?? throw new ProblemException(StatusCodes.Status404NotFound, "no-such-blob", "The server does not have these parameters, or no longer. Check out again.");
        using CancellationTokenRegistration ending = download.Ended.Register(context.Abort);
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        FileStreamHttpResult file = TypedResults.Stream(
            download.Blob.Open(), HttpProtocol.BlobType, entityTag: new EntityTagHeaderValue($"\"{digest}\""), enableRangeProcessing: true);
        await file.ExecuteAsync(context).ConfigureAwait(false);
        _exchange.Traffic.Sent(HttpMethods.IsGet(context.Request.Method) ? context.Response.ContentLength ?? 0 : 0);
    }

    public async Task RenewLeaseAsync(HttpContext context)
    {
        UpdateId assignment = DeviceExchange.ReadId(context);
        ClientId client = DeviceExchange.ReadClient(context.Request);
        _exchange.CheckClient(context, client);
        if (_server is not ILeaseServer leases || !await leases.RenewLeaseAsync(client, assignment, context.RequestAborted).ConfigureAwait(false))
        {
            throw new ProblemException(StatusCodes.Status404NotFound, HttpProtocol.NoLeaseProblem, "The lease has ended or must not be renewed again. Continue: the update still counts.");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Checks out from a server that has no snapshots to share, which costs a copy of the model.</summary>
    private async Task<SnapshotCheckOut> CopyAsync(CheckOutRequest device, CancellationToken cancellationToken)
    {
        float[] parameters = new float[_layout.ParameterCount];
        CheckOutResponse response = await _server.CheckOutAsync(device, parameters, cancellationToken).ConfigureAwait(false);
        return new SnapshotCheckOut(response, response.Assignment is { } work ? ModelSnapshot.TakeOver(_layout, work.Version, parameters) : null);
    }
}
