using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Marks requests that passed the rate limiter, and warns once if they do not, because the app forgot <c>UseRateLimiter</c>.</summary>
/// <remarks>Without that middleware, ASP.NET Core ignores the limits of endpoints silently.</remarks>
internal static class RateLimitMark
{
    // By container, so that a second app in the process is warned, too.
    private static readonly ConditionalWeakTable<EndpointStatistics, object> Warned = new();

    public static void Set(HttpContext context) => context.Items[typeof(RateLimitMark)] = context;

    public static void Check(HttpContext context)
    {
        if (context.Items.ContainsKey(typeof(RateLimitMark))
            || context.GetEndpoint()?.Metadata is not { } metadata
            || metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName != FtteDefaults.RateLimit
            || metadata.GetMetadata<DisableRateLimitingAttribute>() is not null
            || context.RequestServices.GetService<EndpointStatistics>() is not { } app
            || !Warned.TryAdd(app, Warned))
        {
            return;
        }

        EndpointLog.NoRateLimiter(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Ftte.AspNetCore"));
    }
}
