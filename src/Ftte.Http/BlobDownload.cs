using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Ftte.Wire;

namespace Ftte.Http;

/// <summary>Downloads packed parameters, decodes them as they arrive, continues after an interruption, and verifies the digest at the end.</summary>
internal sealed class BlobDownload(HttpConnection connection, BlobReference blob, ParameterBlobDecoder decoder, HttpFederatedServerOptions options, TimeProvider time)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Downloads everything.</summary>
    /// <exception cref="IOException">The download made no progress in any attempt, or the bytes are not those of the digest.</exception>
    public async Task RunAsync(CallDeadline deadline)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        TimeSpan wait = options.TransferBackoff;
        for (int attempt = 1; decoder.Position < decoder.Length; attempt++)
        {
            long before = decoder.Position;
            try
            {
                await ReceiveAsync(hash, deadline).ConfigureAwait(false);
            }
            catch (Exception error) when (HttpConnection.IsInterruption(error) && !deadline.Token.IsCancellationRequested && (decoder.Position > before || attempt < options.MaxTransferAttempts))
            {
                if (decoder.Position > before)
                {
                    (attempt, wait) = (0, options.TransferBackoff);
                }

                deadline.Restart();
                await Task.Delay(wait, time, deadline.Token).ConfigureAwait(false);
                wait *= 2;
            }
        }

        string digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (digest != blob.Sha256)
        {
            throw new IOException($"The downloaded parameters have the SHA-256 {digest}, but the server announced {blob.Sha256}. They were changed in transit or in a cache. The next check-out downloads the model again.");
        }
    }

    private async Task ReceiveAsync(IncrementalHash hash, CallDeadline deadline)
    {
        long start = decoder.Position;
        using HttpRequestMessage request = connection.CreateRequest(HttpMethod.Get, HttpProtocol.BlobPath + blob.Sha256);
        if (start > 0)
        {
            request.Headers.Range = new RangeHeaderValue(start, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue($"\"{blob.Sha256}\""));
        }

        using HttpResponseMessage response = await connection.SendAsync(request, deadline).ConfigureAwait(false);

        // A cache may ignore the range and send everything: what has arrived before is then skipped.
        long skip = response.StatusCode == HttpStatusCode.PartialContent ? 0 : start;
        if (skip == 0 && start > 0 && response.Content.Headers.ContentRange?.From != start)
        {
            throw new IOException($"The server sent the range {response.Content.Headers.ContentRange} instead of one from {start}. Check the server, and any cache or proxy on the path.");
        }

        if (response.Content.Headers.ContentLength is { } length && length != decoder.Length - start + skip)
        {
            throw new IOException($"The server announced {length} bytes of parameters, but {decoder.Length - start + skip} bytes were expected. Check the server, and any cache or proxy on the path.");
        }

        Stream body = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                await DecodeAsync(body, buffer, skip, hash, deadline).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async Task DecodeAsync(Stream body, byte[] buffer, long skip, IncrementalHash hash, CallDeadline deadline)
    {
        for (int read; (read = await body.ReadAsync(buffer, deadline.Token).ConfigureAwait(false)) > 0;)
        {
            deadline.Restart();

            // Nothing is written to the caller's vector after a cancellation.
            deadline.Token.ThrowIfCancellationRequested();
            int skipped = (int)Math.Min(skip, read);
            skip -= skipped;
            ReadOnlySpan<byte> bytes = buffer.AsSpan(skipped, read - skipped);
            hash.AppendData(bytes);
            decoder.Append(bytes);
        }

        if (decoder.Position < decoder.Length)
        {
            throw new IOException($"The download ended after {decoder.Position} of {decoder.Length} bytes. Check the server, and any cache or proxy on the path.");
        }
    }
}
