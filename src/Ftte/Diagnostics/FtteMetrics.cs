using System.Diagnostics.Metrics;

namespace Ftte.Diagnostics;

/// <summary>Provides the instruments of one server; see <see cref="FtteDiagnostics"/> for their meaning.</summary>
internal sealed class FtteMetrics : IDisposable
{
    private readonly Counter<long> _updates;
    private readonly Counter<long> _publications;
    private readonly Counter<long> _checkOuts;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _stalls;
    private readonly Histogram<long> _age;
    private readonly Histogram<double> _weight;
    private readonly Histogram<double> _foldDuration;

    public FtteMetrics(Meter meter, Func<int> queueLength, Func<int> leases, Func<int> waitingClients, Func<double> publicationAge)
    {
        Meter = meter;
        _updates = Meter.CreateCounter<long>(FtteDiagnostics.Updates, "{update}", "Updates answered.");
        _publications = Meter.CreateCounter<long>(FtteDiagnostics.Publications, "{version}", "Versions published.");
        _checkOuts = Meter.CreateCounter<long>(FtteDiagnostics.CheckOuts, "{request}", "Requests for work answered.");
        _refusals = Meter.CreateCounter<long>(FtteDiagnostics.Refusals, "{version}", "Versions refused.");
        _stalls = Meter.CreateCounter<long>(FtteDiagnostics.Stalls, "{warning}", "Warnings that no version can be published.");
        _age = Meter.CreateHistogram(FtteDiagnostics.UpdateAge, "{version}", "Age of accepted updates.", advice: Buckets<long>(0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89));
        _weight = Meter.CreateHistogram(FtteDiagnostics.UpdateWeight, "1", "Weight of accepted updates.", advice: Buckets(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1));
        _foldDuration = Meter.CreateHistogram(FtteDiagnostics.FoldDuration, "s", "Time to aggregate an update.", advice: Buckets(1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10));
        Meter.CreateObservableGauge(FtteDiagnostics.QueueLength, queueLength, "{update}", "Updates waiting for the aggregator.");
        Meter.CreateObservableGauge(FtteDiagnostics.Leases, leases, "{lease}", "Devices at work.");
        Meter.CreateObservableGauge(FtteDiagnostics.WaitingClients, waitingClients, "{client}", "Clients waiting for the next version.");
        Meter.CreateObservableGauge(FtteDiagnostics.PublicationAge, publicationAge, "s", "Time since the last publication.");
    }

    /// <summary>Gets the meter of this server. Every server in a process has its own meter with the same name.</summary>
    public Meter Meter { get; }

    public void CheckedOut(CheckOutOutcome outcome) => _checkOuts.Add(1, OutcomeTags.Of(outcome));

    public void Answered(UpdateOutcome outcome) => _updates.Add(1, OutcomeTags.Of(outcome));

    public void Folded(long age, double weight)
    {
        _age.Record(age);
        _weight.Record(weight);
    }

    public void Aggregated(TimeSpan duration) => _foldDuration.Record(duration.TotalSeconds);

    public void Published() => _publications.Add(1);

    public void Refused() => _refusals.Add(1);

    public void Stalled() => _stalls.Add(1);

    public void Dispose() => Meter.Dispose();

    private static InstrumentAdvice<T> Buckets<T>(params T[] boundaries)
        where T : struct => new() { HistogramBucketBoundaries = boundaries };
}
