using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Ftte.Wire;

namespace Ftte.Http;

/// <summary>Sends requests to a server, checks that its answers are those of Ftte, and reports every failure of the link as an <see cref="IOException"/>.</summary>
internal sealed class HttpConnection(HttpClient client, Uri address, TimeProvider time) : IDisposable
{
    private const int MaxProblemBytes = 16 * 1024;

    private readonly CancellationTokenSource _disposed = new();

    /// <summary>Gets the address, which ends with a slash.</summary>
    public Uri Address { get; } = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    public void Dispose() => _disposed.Cancel();

    /// <summary>Makes a call: sends requests and reads their answers until the callback returns.</summary>
    /// <param name="timeout">The time without progress after which the call fails.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="IOException">The server did not answer in time, or its answer is an error or not one of Ftte.</exception>
    public async Task<T> CallAsync<T>(TimeSpan timeout, Func<CallDeadline, Task<T>> call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, typeof(HttpFederatedServer));
        cancellationToken.ThrowIfCancellationRequested();
        using var deadline = new CallDeadline(timeout, time, _disposed.Token, cancellationToken);
        try
        {
            return await call(deadline).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The call to the server was canceled.", cancellationToken);
        }
        catch (Exception error) when (deadline.Token.IsCancellationRequested || error is OperationCanceledException)
        {
            throw new IOException(_disposed.IsCancellationRequested
                ? $"The proxy of the server at {Address} was disposed during the call."
                : $"The server at {Address} did not answer in time. Check the network, or set a longer {nameof(HttpFederatedServerOptions.Timeout)}.", error);
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or WireFormatException)
        {
            throw new IOException($"The call to {Address} failed: {error.Message.TrimEnd('.')}. Check the address and the network.", error);
        }
    }

    public HttpRequestMessage CreateRequest(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(Address, path)) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        request.Headers.Add(HttpProtocol.VersionHeader, HttpProtocol.Version.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    /// <summary>Sends a request and returns a successful answer as soon as its headers have arrived.</summary>
    /// <exception cref="ServerProblemException">The answer is an error.</exception>
    /// <exception cref="NotSupportedException">The server speaks only newer versions of the protocol.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CallDeadline deadline)
    {
        HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
        deadline.Restart();
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ReadProblemAsync(response, deadline).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a request and reads the whole body of a successful answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="mediaType">The media type that the answer must have.</param>
    /// <param name="limit">The maximum number of bytes.</param>
    /// <param name="deadline">The deadline of the call.</param>
    public async Task<ReadOnlyMemory<byte>> ExchangeAsync(HttpRequestMessage request, string mediaType, int limit, CallDeadline deadline)
    {
        using HttpResponseMessage response = await SendAsync(request, deadline).ConfigureAwait(false);
        if (!response.Headers.Contains(HttpProtocol.VersionHeader) || response.Content.Headers.ContentType?.MediaType != mediaType)
        {
            throw new IOException($"The answer of {request.RequestUri} has the media type '{response.Content.Headers.ContentType}', not {mediaType}. It is not an Ftte server. Check the address.");
        }

        return await ReadAsync(response, limit, deadline).ConfigureAwait(false);
    }

    /// <summary>Returns whether a failure is that of a connection or of a server that works again soon, so that a transfer may be continued.</summary>
    /// <remarks>A cancellation that is not the caller's is the timeout of the <see cref="HttpClient"/>.</remarks>
    public static bool IsInterruption(Exception error) => error switch
    {
        ServerProblemException problem => problem.Status >= HttpStatusCode.InternalServerError || problem.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout,
        IOException or HttpRequestException or SocketException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>Checks the address of a server.</summary>
    /// <exception cref="ArgumentException">The address is not absolute.</exception>
    public static void CheckAddress(Uri address)
    {
        if (!address.IsAbsoluteUri)
        {
            throw new ArgumentException($"The address '{address}' is not absolute. Specify one such as https://coordinator.example/ftte.", nameof(address));
        }
    }

    /// <summary>Asks the server to hold a request until there is an answer (RFC 7240).</summary>
    public static void SetWait(HttpRequestMessage request, TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
        {
            request.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={(long)Math.Ceiling(wait.TotalSeconds)}"));
        }
    }

    public static TimeSpan? GetRetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;

    /// <summary>Reads a body into a buffer that grows with the bytes that arrive, so that a server cannot choose how much is allocated.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int limit, CallDeadline deadline)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            throw new IOException($"The answer declares {response.Content.Headers.ContentLength} bytes, but the maximum is {limit}. Check the server and the model.");
        }

        Stream body = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var message = new ArrayBufferWriter<byte>(512);
            while (true)
            {
                int read = await body.ReadAsync(message.GetMemory(), deadline.Token).ConfigureAwait(false);
                if (read == 0)
                {
                    return message.WrittenMemory;
                }

                deadline.Restart();
                message.Advance(read);
                if (message.WrittenCount > limit)
                {
                    throw new IOException($"The answer has more than the maximum of {limit} bytes. Check the server and the model.");
                }
            }
        }
    }

    private async Task<Exception> ReadProblemAsync(HttpResponseMessage response, CallDeadline deadline)
    {
        string? reason = null, detail = null;
        if (response.Content.Headers.ContentType?.MediaType == HttpProtocol.ProblemType)
        {
            ReadOnlyMemory<byte> body = await ReadAsync(response, MaxProblemBytes, deadline).ConfigureAwait(false);
            (reason, detail) = ParseProblem(body);
        }

        string message = $"The server at {Address} answered {(int)response.StatusCode}{(reason is null ? "" : $" ({reason})")}: {detail ?? response.ReasonPhrase}";

        // Repeating the call helps if the server is updated; it does not if this side has to be.
        return reason == HttpProtocol.VersionProblem && IsServerNewer(response.Headers)
            ? new NotSupportedException(message)
            : new ServerProblemException(message, response.StatusCode, reason, GetRetryAfter(response));
    }

    private static bool IsServerNewer(HttpResponseHeaders headers) =>
        headers.TryGetValues(HttpProtocol.VersionHeader, out IEnumerable<string>? values) && int.TryParse(values.First(), CultureInfo.InvariantCulture, out int version) && version > HttpProtocol.Version;

    private static (string? Reason, string? Detail) ParseProblem(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            string? type = GetText(document.RootElement, "type");
            return (type?.StartsWith(HttpProtocol.ProblemPrefix, StringComparison.Ordinal) == true ? type[HttpProtocol.ProblemPrefix.Length..] : null, GetText(document.RootElement, "detail"));
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string? GetText(JsonElement problem, string name) =>
        problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
