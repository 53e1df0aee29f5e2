using System.Threading.RateLimiting;
using Ftte.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace Ftte.AspNetCore.Hosting;

/// <summary>Limits the rate and the concurrency of each device's requests.</summary>
internal sealed class DeviceRateLimit(DeviceLimits limits) : IRateLimiterPolicy<string>
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);

    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected { get; } = static (rejected, _) =>
    {
        TimeSpan wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan known) ? known : DefaultWait;
        return new ValueTask(Problem.WriteAsync(rejected.HttpContext, new ProblemException(
            StatusCodes.Status429TooManyRequests, "too-many-requests", "The device makes too many requests. Wait, or raise the server's DeviceLimits.", wait)));
    };

    public RateLimitPartition<string> GetPartition(HttpContext httpContext)
    {
        RateLimitMark.Set(httpContext);
        string partition = httpContext.User.Identity is { IsAuthenticated: true, Name: { } name } ? $"device {name}" : $"address {httpContext.Connection.RemoteIpAddress}";
        return RateLimitPartition.Get(partition, _ => new DeviceRateLimiter(limits));
    }
}
