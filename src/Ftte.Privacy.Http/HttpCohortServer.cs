using System.Buffers;
using System.Collections.Immutable;
using Ftte.Http;
using Ftte.Privacy.SecureAggregation;
using Ftte.Wire;

namespace Ftte.Privacy.Http;

/// <summary>Connects a device to the cohorts of a server over HTTP. A device passes it to a <see cref="SecureSubmitter"/>.</summary>
/// <remarks>
/// <para>Every failure of the link is an <see cref="IOException"/>, and every refusal by the server a <see cref="SecureAggregationException"/>; after both, the device loop submits the update again in another cohort.
/// If the server refuses the device's certificate or token, the receipt is <see cref="UpdateOutcome.UnknownClient"/>, which ends the loop.</para>
/// <para>A call that a broken connection interrupts is repeated, because repeated answers count once. A masked update is computed while it is sent, so that the memory does not depend on the model.</para>
/// <para>Safe for concurrent calls. Disposal ends the calls in progress; the <see cref="HttpClient"/> belongs to the caller.</para>
/// </remarks>
public sealed class HttpCohortServer : IReadyQueue, ICohortServer, IDisposable
{
    /// <summary>The maximum length of an answer; a description of the largest cohort has about 34,000 bytes.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    private readonly HttpConnection _connection;
    private readonly HttpFederatedServerOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Creates a proxy. It sends nothing before the first call.</summary>
    /// <param name="client">The client, which presents the device's certificate or token; the same as that of <see cref="HttpFederatedServer"/>. Borrowed.</param>
    /// <param name="address">The address of the server's endpoints, such as <c>https://coordinator.example/ftte</c>.</param>
    /// <param name="options">
    /// The options; null for the defaults. Copied. <see cref="HttpFederatedServerOptions.WorkWait"/> is the time for which the server may hold an announcement;
    /// <see cref="HttpFederatedServerOptions.Timeout"/> must exceed the server's <see cref="SecureAggregationOptions.StepTimeout"/>.
    /// </param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <exception cref="ArgumentException">The address is not absolute, or an option is out of range.</exception>
    public HttpCohortServer(HttpClient client, Uri address, HttpFederatedServerOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        HttpConnection.CheckAddress(address);
        _options = options?.Copy() ?? new HttpFederatedServerOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
        _connection = new HttpConnection(client, address, _time);
    }

    /// <inheritdoc />
    public async ValueTask<CohortInvitation> AnnounceAsync(ReadyAnnouncement announcement, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(announcement);
        ReadOnlyMemory<byte> message = Encode(output => CohortMessages.Write(output, announcement));
        try
        {
            return await CallAsync(
                HttpMethod.Post, CohortProtocol.AnnouncePath, deadline => new MessageContent(message, deadline), answer => CohortMessages.ReadInvitation(answer.Span), _options.WorkWait, cancellationToken).ConfigureAwait(false);
        }
        catch (ServerProblemException problem) when (problem.IsRefusal)
        {
            return new CohortInvitation(null, new UpdateReceipt(UpdateOutcome.UnknownClient, default));
        }
        catch (ServerProblemException problem) when (problem.IsBusy)
        {
            return new CohortInvitation(null, new UpdateReceipt(UpdateOutcome.Busy, default, RetryAfter: problem.RetryAfter));
        }
    }

    /// <inheritdoc />
    public async ValueTask<SharesForMember> ShareAsync(Guid cohort, ClientId client, EncryptedShares shares, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ReadOnlyMemory<byte> message = Encode(output => CohortMessages.Write(output, shares));
        return await CallAsync(
            HttpMethod.Post, GetPath(cohort, CohortProtocol.SharesPath, client), deadline => new MessageContent(message, deadline), answer => CohortMessages.ReadSharesForMember(answer.Span), default, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<ImmutableArray<int>> SubmitMaskedAsync(Guid cohort, ClientId client, MaskedUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        return await CallAsync(
            HttpMethod.Put, GetPath(cohort, CohortProtocol.UpdatePath, client), deadline => new MaskedContent(update, deadline), answer => CohortMessages.ReadMembers(answer.Span), default, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<UpdateReceipt> UnmaskAsync(Guid cohort, ClientId client, UnmaskingShares shares, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ReadOnlyMemory<byte> message = Encode(output => CohortMessages.Write(output, shares));
        return await CallAsync(
            HttpMethod.Post, GetPath(cohort, CohortProtocol.UnmaskingPath, client), deadline => new MessageContent(message, deadline), answer => ReceiptMessage.Read(answer.Span), default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the calls in progress with an <see cref="IOException"/>. Later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _connection.Dispose();

    private static string GetPath(Guid cohort, string step, ClientId client) =>
        $"{CohortProtocol.CohortPath}{cohort}{step}?{HttpProtocol.ClientParameter}={Uri.EscapeDataString(client.Value)}";

    private static ReadOnlyMemory<byte> Encode(Action<IBufferWriter<byte>> write)
    {
        var message = new ArrayBufferWriter<byte>();
        write(message);
        return message.WrittenMemory;
    }

    private async Task<T> CallAsync<T>(HttpMethod method, string path, Func<CallDeadline, HttpContent> createContent, Func<ReadOnlyMemory<byte>, T> read, TimeSpan hold, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.CallAsync(_options.Timeout + hold, deadline => RepeatAsync(method, path, createContent, read, hold, deadline), cancellationToken).ConfigureAwait(false);
        }
        catch (ServerProblemException problem) when (CohortProtocol.FindRefusal(problem.Reason) is { } refusal)
        {
            throw new SecureAggregationException(refusal, problem.Message, problem);
        }
    }

    /// <summary>Sends a request until it is answered, if its connection breaks. If the server asks for a wait, the device loop waits.</summary>
    private async Task<T> RepeatAsync<T>(HttpMethod method, string path, Func<CallDeadline, HttpContent> createContent, Func<ReadOnlyMemory<byte>, T> read, TimeSpan hold, CallDeadline deadline)
    {
        TimeSpan wait = _options.TransferBackoff;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using HttpRequestMessage request = _connection.CreateRequest(method, path);
                request.Content = createContent(deadline);
                HttpConnection.SetWait(request, hold);
                return read(await _connection.ExchangeAsync(request, HttpProtocol.MessageType, MaxAnswerBytes, deadline).ConfigureAwait(false));
            }
            catch (Exception error) when (attempt < _options.MaxTransferAttempts && error is not ServerProblemException { IsBusy: true } && HttpConnection.IsInterruption(error) && !deadline.Token.IsCancellationRequested)
            {
                deadline.Restart();
                await Task.Delay(wait, _time, deadline.Token).ConfigureAwait(false);
                wait *= 2;
            }
        }
    }
}
