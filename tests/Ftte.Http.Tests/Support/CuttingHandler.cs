namespace Ftte.Http.Tests;

/// <summary>Cuts or changes the downloads of a device, and records their ranges.</summary>
/// <param name="cutAfter">The number of bytes after which each download is cut; null to cut none.</param>
/// <param name="flip">The position of a byte to change; null to change none.</param>
/// <param name="ignoreRange">True to send everything whatever the range, as some caches do.</param>
internal sealed class CuttingHandler(int? cutAfter = null, long? flip = null, bool ignoreRange = false) : DelegatingHandler
{
    public List<long> Starts { get; } = [];

    public long? Flip { get; set; } = flip;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.Contains("/blobs/", StringComparison.Ordinal))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        long start = request.Headers.Range?.Ranges.Single().From ?? 0;
        Starts.Add(start);
        if (ignoreRange)
        {
            request.Headers.Range = null;
            request.Headers.IfRange = null;
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (Flip is { } at)
        {
            body[at] ^= 1;
        }

        int length = Math.Min(cutAfter + (ignoreRange ? (int)start : 0) ?? body.Length, body.Length);
        var content = new StreamContent(new CutStream(body[..length], length < body.Length));
        foreach ((string name, IEnumerable<string> values) in response.Content.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = content;
        return response;
    }

    private sealed class CutStream(byte[] sent, bool isCut) : MemoryStream(sent, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length && isCut
                ? ValueTask.FromException<int>(new HttpIOException(HttpRequestError.ResponseEnded, "The connection was cut."))
                : base.ReadAsync(buffer, cancellationToken);
    }
}
