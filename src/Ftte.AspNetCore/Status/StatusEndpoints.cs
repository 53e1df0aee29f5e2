using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Ftte.AspNetCore.Status;

/// <summary>Answers requests for the status page and for its events.</summary>
internal sealed class StatusEndpoints(FederationMonitor monitor, TimeProvider time, IHostApplicationLifetime? lifetime)
{
    private const int NonceBytes = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public async Task GetPageAsync(HttpContext context)
    {
        string nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes));
        SetHeaders(context.Response);
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        string events = $"{context.Request.PathBase}{context.Request.Path.Value?.TrimEnd('/')}/events";
        StatusSnapshot snapshot = await monitor.GetSnapshotAsync(context.RequestAborted).ConfigureAwait(false);
        await TypedResults.Content(StatusHtml.RenderPage(snapshot, events, nonce), "text/html", Encoding.UTF8).ExecuteAsync(context).ConfigureAwait(false);
    }

    public async Task SendEventsAsync(HttpContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime?.ApplicationStopping ?? default);
        SetHeaders(context.Response);
        try
        {
            await TypedResults.ServerSentEvents(GetEventsAsync(ended.Token)).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The reader has gone, or the app stops.
        }
    }

    private static void SetHeaders(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
    }

    private async IAsyncEnumerable<SseItem<string>> GetEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            yield return new SseItem<string>(StatusHtml.RenderMain(await monitor.GetSnapshotAsync(cancellationToken).ConfigureAwait(false)));
            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
