using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Ftte.Aggregation;

namespace Ftte;

/// <content>Reports the status of the server.</content>
public sealed partial class FederatedServer
{
    /// <summary>Gets the status of the server.</summary>
    public FederatedServerStatus Status => new()
    {
        Version = Current.Version,
        SincePublication = _dispatcher.SincePublication,
        QueueLength = _queue.Length,
        QueueCapacity = _options.QueueCapacity,
        DevicesAtWork = _dispatcher.LeaseCount,
        WaitingClients = _dispatcher.WaitingCount,
        KnownClients = _dispatcher.ClientCount,
        IsStopped = _stopping,
        IsTrainingEnded = IsTrainingEnded,
        StoreFault = StoreFault,
        LatestRefusal = (_aggregator as IGuardedAggregator)?.LatestRefusal,
    };

    /// <summary>Gets the meter of this server's instruments, to tell them apart from those of other servers in the process.</summary>
    public Meter Meter => _metrics.Meter;

    /// <summary>Returns the clients that were seen last.</summary>
    /// <param name="max">The maximum number of clients, at least 1. Check-outs wait while the records are copied.</param>
    /// <returns>The clients, most recently seen first.</returns>
    public ImmutableArray<KnownClient> GetClients(int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return _dispatcher.GetClients(max);
    }
}
