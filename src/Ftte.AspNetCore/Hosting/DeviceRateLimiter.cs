using System.Threading.RateLimiting;

namespace Ftte.AspNetCore.Hosting;

/// <summary>Limits the rate and the concurrency of one device's requests.</summary>
/// <remarks>
/// The partitions of a policy replenish a limiter of this base class together, with one timer. A token bucket that replenishes itself, which a chained limiter would need, has a timer of its own; the
/// timers of ten thousand devices take several percent of a processor.
/// </remarks>
internal sealed class DeviceRateLimiter : ReplenishingRateLimiter
{
    private readonly TokenBucketRateLimiter _rate;
    private readonly RateLimiter _both;

    public DeviceRateLimiter(DeviceLimits limits)
    {
        _rate = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.Burst,
            TokensPerPeriod = limits.RequestsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            AutoReplenishment = false,
        });
        _both = CreateChained(new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = limits.MaxConcurrentRequests }), _rate);
    }

    public override TimeSpan? IdleDuration => _both.IdleDuration;

    public override TimeSpan ReplenishmentPeriod => _rate.ReplenishmentPeriod;

    public override bool IsAutoReplenishing => false;

    public override bool TryReplenish() => _rate.TryReplenish();

    public override RateLimiterStatistics? GetStatistics() => _both.GetStatistics();

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => _both.AttemptAcquire(permitCount);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => _both.AcquireAsync(permitCount, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _both.Dispose();
            _rate.Dispose();
        }

        base.Dispose(disposing);
    }
}
