using System.Net;
using System.Net.Http.Headers;
using Ftte.Http;
using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Http;

/// <summary>Sends a masked update, which is computed while it is sent, so that a device needs no second vector. Restarts the deadline of the call after each piece.</summary>
internal sealed class MaskedContent : HttpContent
{
    private const int PieceValues = MaskSet.BufferLength;

    private readonly MaskedUpdate _update;
    private readonly CallDeadline _deadline;

    public MaskedContent(MaskedUpdate update, CallDeadline deadline)
    {
        (_update, _deadline) = (update, deadline);
        Headers.ContentType = new MediaTypeHeaderValue(HttpProtocol.BlobType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var values = new uint[Math.Min(PieceValues, _update.Count)];
        byte[] bytes = new byte[values.Length * _update.BytesPerValue];
        for (int start = 0; start < _update.Count; start += values.Length)
        {
            int count = Math.Min(values.Length, _update.Count - start), length = count * _update.BytesPerValue;
            _update.Read(start, values.AsMemory(0, count));
            _update.Encode(values.AsSpan(0, count), bytes.AsSpan(0, length));
            await stream.WriteAsync(bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            _deadline.Restart();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = (long)_update.Count * _update.BytesPerValue;
        return true;
    }
}
