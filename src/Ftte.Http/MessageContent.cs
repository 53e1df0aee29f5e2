using System.Net;
using System.Net.Http.Headers;

namespace Ftte.Http;

/// <summary>Sends bytes in pieces and restarts the deadline of the call after each, so that a transfer that makes progress may take any time.</summary>
internal sealed class MessageContent : HttpContent
{
    private const int PieceBytes = 64 * 1024;

    private readonly ReadOnlyMemory<byte> _message;
    private readonly CallDeadline _deadline;

    public MessageContent(ReadOnlyMemory<byte> message, CallDeadline deadline, string mediaType = HttpProtocol.MessageType)
    {
        (_message, _deadline) = (message, deadline);
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (int at = 0; at < _message.Length; at += PieceBytes)
        {
            await stream.WriteAsync(_message.Slice(at, Math.Min(PieceBytes, _message.Length - at)), cancellationToken).ConfigureAwait(false);
            _deadline.Restart();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _message.Length;
        return true;
    }
}
