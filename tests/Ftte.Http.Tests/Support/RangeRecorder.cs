using System.Collections.Concurrent;

namespace Ftte.Http.Tests;

/// <summary>Records where the downloads of models began.</summary>
internal sealed class RangeRecorder : DelegatingHandler
{
    /// <summary>Gets the first byte of every download that was requested.</summary>
    public ConcurrentQueue<long> Starts { get; } = new();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath.Contains("/blobs/", StringComparison.Ordinal))
        {
            Starts.Enqueue(request.Headers.Range?.Ranges.Single().From ?? 0);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
