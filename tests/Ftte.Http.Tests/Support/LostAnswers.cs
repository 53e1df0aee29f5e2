using System.Collections.Concurrent;

namespace Ftte.Http.Tests;

/// <summary>Loses the first answer to every kind of request, after the server has handled it.</summary>
internal sealed class LostAnswers : DelegatingHandler
{
    private readonly ConcurrentDictionary<string, bool> _seen = [];

    public int Lost => _seen.Count;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (!_seen.TryAdd(request.RequestUri!.AbsolutePath, true))
        {
            return response;
        }

        response.Dispose();
        throw new HttpRequestException("The connection was cut.");
    }
}
