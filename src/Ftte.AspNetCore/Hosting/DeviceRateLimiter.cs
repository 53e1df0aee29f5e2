using System.Threading.RateLimiting;

namespace Ftte.AspNetCore.Hosting;

/// <summary>Limits the rate and the concurrency of one device's requests.</summary>
/// <remarks>
/// The partitions of a policy replenish a limiter of this base class together, with one timer. A token bucket that replenishes itself, which a chained limiter would need, has a timer of its own; the
/// timers of ten thousand devices take several percent of a processor. A device that was idle may make up to twice as many requests as <see cref="DeviceLimits.Burst"/>, because a bucket that was
/// full does not count the time until its next replenishment.
/// </remarks>
internal sealed class DeviceRateLimiter : ReplenishingRateLimiter
{
    private readonly ConcurrencyLimiter _concurrency;
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
        _concurrency = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = limits.MaxConcurrentRequests });
        _both = CreateChained(_concurrency, _rate);
    }

    /// <value>Null while a request is in progress, so that the limiter is not replaced by a new one in the meantime.</value>
    public override TimeSpan? IdleDuration => _concurrency.IdleDuration is { } idle && _rate.IdleDuration is { } full ? TimeSpan.FromTicks(Math.Min(idle.Ticks, full.Ticks)) : null;

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
            _concurrency.Dispose();
            _rate.Dispose();
        }

        base.Dispose(disposing);
    }
}
