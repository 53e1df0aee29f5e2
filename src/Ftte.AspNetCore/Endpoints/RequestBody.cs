using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Represents the bytes of one or more request bodies in a pooled buffer, which grows with the bytes that arrive and not with the length that was announced.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int StartBytes = 4096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(StartBytes);

    public int Length { get; private set; }

    /// <summary>Gets the memory of the buffer, in bytes.</summary>
    public int RetainedBytes => _buffer.Length;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, Length);

    /// <summary>Reads the whole body of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mediaType">The media type that it must have.</param>
    /// <param name="limit">The maximum number of bytes. Longer bodies are rejected, if possible before they are read.</param>
    /// <exception cref="ProblemException">The body has another type or is too long.</exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context, string mediaType, long limit)
    {
        var body = new RequestBody();
        try
        {
            await body.AppendAsync(context, mediaType, limit, context.RequestAborted).ConfigureAwait(false);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Appends the body of a request. If the request ends early, the bytes that have arrived are kept.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mediaType">The media type that it must have.</param>
    /// <param name="limit">The maximum number of bytes in the buffer.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ProblemException">The body has another type or is too long.</exception>
    public async Task AppendAsync(HttpContext context, string mediaType, long limit, CancellationToken cancellationToken)
    {
        HttpRequest request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "media-type", $"The body has the media type '{Printable.Of(request.ContentType)}'. Send {mediaType}.");
        }

        if (request.ContentLength > limit - Length)
        {
            throw TooLarge(Length + request.ContentLength.Value, limit);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // One byte more, so that the message below is sent and not that of the web server.
            size.MaxRequestBodySize = limit - Length + 1;
        }

        try
        {
            await AppendAsync(request.Body, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            // The connection has failed, or the web server could not read the length of a chunk.
            throw new ProblemException(StatusCodes.Status400BadRequest, HttpProtocol.BadRequestProblem, $"The body cannot be read: {error.Message} Repeat the request.");
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private static ProblemException TooLarge(long length, long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "too-large", $"The body has {length} bytes or more, but the maximum is {limit} for this server's model. Check that the device has the server's model.");

    private async Task AppendAsync(Stream body, long limit, CancellationToken cancellationToken)
    {
        for (int read; (read = await body.ReadAsync(_buffer.AsMemory(Length), cancellationToken).ConfigureAwait(false)) > 0;)
        {
            Length += read;
            if (Length > limit)
            {
                // No part of it is the start of a valid message.
                (int length, Length) = (Length, 0);
                throw TooLarge(length, limit);
            }

            if (Length == _buffer.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * Length, Array.MaxLength));
                Bytes.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }
        }
    }
}
