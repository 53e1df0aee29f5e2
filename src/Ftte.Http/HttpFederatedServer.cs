using System.Buffers;
using Ftte.Wire;

namespace Ftte.Http;

/// <summary>Connects a device to a federated server over HTTP.</summary>
/// <remarks>
/// <para>Every failure of the link is an <see cref="IOException"/>, which the device loop retries. If the server refuses the device's certificate or token, the outcome is
/// <see cref="CheckOutOutcome.UnknownClient"/>, which ends the loop. A device whose protocol version is too old for the server gets a <see cref="NotSupportedException"/>, which ends it, too.</para>
/// <para>Safe for concurrent calls. Disposal ends the calls in progress; the <see cref="HttpClient"/> belongs to the caller.</para>
/// </remarks>
public sealed class HttpFederatedServer : ILeaseServer, IDisposable
{
    private readonly HttpConnection _connection;
    private readonly ParameterLayout _layout;
    private readonly HttpFederatedServerOptions _options;
    private readonly TimeProvider _time;
    private readonly WireLimits _limits;

    /// <summary>Creates a proxy. It sends nothing before the first call.</summary>
    /// <param name="client">
    /// The client, which presents the device's certificate or token. Its <see cref="HttpClient.Timeout"/> must exceed <see cref="HttpFederatedServerOptions.WorkWait"/> and the time of an upload;
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> leaves it to <see cref="HttpFederatedServerOptions.Timeout"/>. Borrowed.
    /// </param>
    /// <param name="address">The address of the server's endpoints, such as <c>https://coordinator.example/ftte</c>.</param>
    /// <param name="layout">The layout of the device's model.</param>
    /// <param name="options">The options; null for the defaults. Copied.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <exception cref="ArgumentException">The address is not absolute, or an option is out of range.</exception>
    public HttpFederatedServer(HttpClient client, Uri address, ParameterLayout layout, HttpFederatedServerOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(layout);
        HttpConnection.CheckAddress(address);
        _options = options?.Copy() ?? new HttpFederatedServerOptions();
        _options.Validate();
        _layout = layout;
        _time = time ?? TimeProvider.System;
        _limits = WireLimits.For(layout);
        _connection = new HttpConnection(client, address, _time);
    }

    /// <inheritdoc />
    /// <remarks>
    /// The parameters are decoded into the buffer as they arrive, and an interrupted download is continued where it stopped. If the call fails, the buffer may contain a mixture of two
    /// versions; <see cref="FederatedClient"/> then holds none, and its next check-out downloads all parameters.
    /// </remarks>
    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, _layout.ParameterCount, nameof(parameters));
        var body = new ArrayBufferWriter<byte>();
        CheckOutRequestMessage.Write(body, request);
        try
        {
            return await _connection.CallAsync(_options.Timeout + _options.WorkWait, deadline => CheckOutAsync(body.WrittenMemory, parameters, deadline), cancellationToken).ConfigureAwait(false);
        }
        catch (ServerProblemException problem) when (problem.IsRefusal)
        {
            return new CheckOutResponse(CheckOutOutcome.UnknownClient);
        }
        catch (ServerProblemException problem) when (problem.IsBusy)
        {
            return new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: problem.RetryAfter);
        }
    }

    /// <inheritdoc />
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        UpdateHeader header = update.Header;
        var body = new ArrayBufferWriter<byte>();
        UpdateMessage.Write(body, update, _options.UploadFormat, WireMessage.GetSeed(header.Client, header.Id));
        try
        {
            return await _connection.CallAsync(_options.Timeout, deadline => SubmitAsync(header.Id, body.WrittenMemory, deadline), cancellationToken).ConfigureAwait(false);
        }
        catch (ServerProblemException problem) when (problem.IsRefusal)
        {
            return new UpdateReceipt(UpdateOutcome.UnknownClient, default);
        }
        catch (ServerProblemException problem) when (problem.IsBusy)
        {
            return new UpdateReceipt(UpdateOutcome.Busy, default, RetryAfter: problem.RetryAfter);
        }
    }

    /// <inheritdoc />
    public async ValueTask<bool> RenewLeaseAsync(ClientId client, UpdateId assignment, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _connection.CallAsync(_options.Timeout, deadline => RenewLeaseAsync(client, assignment, deadline), cancellationToken).ConfigureAwait(false);
        }
        catch (ServerProblemException problem) when (problem.Reason == HttpProtocol.NoLeaseProblem || problem.IsRefusal)
        {
            return false;
        }
    }

    /// <summary>Ends the calls in progress with an <see cref="IOException"/>. Later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _connection.Dispose();

    private async Task<CheckOutResponse> CheckOutAsync(ReadOnlyMemory<byte> message, Memory<float> parameters, CallDeadline deadline)
    {
        using HttpRequestMessage request = _connection.CreateRequest(HttpMethod.Post, HttpProtocol.CheckOutPath);
        request.Content = new MessageContent(message, deadline);
        HttpConnection.SetWait(request, _options.WorkWait);
        ReadOnlyMemory<byte> answer = await _connection.ExchangeAsync(request, HttpProtocol.MessageType, CheckOutReferenceMessage.GetMaxLength(_limits), deadline).ConfigureAwait(false);
        CheckOutResponse response = CheckOutReferenceMessage.Read(answer.Span, parameters.Length, out BlobReference blob, _limits);
        if (response.Assignment is { Refreshed.Count: > 0 } assignment)
        {
            var download = new BlobDownload(_connection, blob, new ParameterBlobDecoder(parameters, assignment.Refreshed, blob.Format), _options, _time);
            await download.RunAsync(deadline).ConfigureAwait(false);
        }

        return response;
    }

    private async Task<bool> RenewLeaseAsync(ClientId client, UpdateId assignment, CallDeadline deadline)
    {
        using HttpRequestMessage request = _connection.CreateRequest(HttpMethod.Post, $"{HttpProtocol.LeasePath}{assignment}?{HttpProtocol.ClientParameter}={Uri.EscapeDataString(client.Value)}");
        using HttpResponseMessage response = await _connection.SendAsync(request, deadline).ConfigureAwait(false);
        return true;
    }

    private Task<UpdateReceipt> SubmitAsync(UpdateId id, ReadOnlyMemory<byte> message, CallDeadline deadline)
    {
        var upload = new UpdateUpload(_connection, id, message, _options, _time);
        return message.Length >= _options.MinResumableUploadBytes ? upload.RunAsync(deadline) : upload.SendAsync(offset: null, deadline);
    }
}
