using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Ftte.Diagnostics;

namespace Ftte.AspNetCore.Endpoints;

/// <summary>Counts the traffic of each federation and the rejected requests of the app, for metrics and the status page.</summary>
/// <remarks>The metrics are named <c>ftte.http.received</c> and <c>ftte.http.sent</c> in bytes, and <c>ftte.http.rejections</c> with the tag <c>reason</c>.</remarks>
internal sealed class EndpointStatistics : IDisposable
{
    private readonly ConcurrentDictionary<string, EndpointTraffic> _traffic = [];
    private readonly ConcurrentDictionary<string, long> _rejections = [];
    private readonly Meter _meter;
    private readonly Counter<long> _rejected;

    public EndpointStatistics(IMeterFactory? meters = null)
    {
        // The tag distinguishes it from the meter of the server, which a factory would return for the same name.
        KeyValuePair<string, object?>[] tags = [new("ftte.part", "http")];
        _meter = meters?.Create(new MeterOptions(FtteDiagnostics.MeterName) { Tags = tags }) ?? new Meter(FtteDiagnostics.MeterName, version: null, tags);
        _meter.CreateObservableCounter("ftte.http.received", () => Measure(traffic => traffic.ReceivedBytes), "By", "Bytes of bodies received from devices.");
        _meter.CreateObservableCounter("ftte.http.sent", () => Measure(traffic => traffic.SentBytes), "By", "Bytes of bodies sent to devices.");
        _rejected = _meter.CreateCounter<long>("ftte.http.rejections", "{request}", "Requests rejected.");
    }

    /// <summary>Gets the reasons of rejected requests and how often each occurred.</summary>
    public IEnumerable<KeyValuePair<string, long>> Rejections => _rejections;

    /// <summary>Returns the traffic of a federation.</summary>
    /// <param name="name">The name of the server; null for the one without a name.</param>
    public EndpointTraffic Of(string? name) => _traffic.GetOrAdd(name ?? "", _ => new EndpointTraffic());

    /// <summary>Counts a rejected request.</summary>
    /// <param name="reason">One of the reasons of the protocol, so that their number is bounded.</param>
    public void Rejected(string reason)
    {
        _rejections.AddOrUpdate(reason, 1, static (_, count) => count + 1);
        _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Measure(Func<EndpointTraffic, long> get) => _traffic.Select(pair =>
        pair.Key.Length == 0 ? new Measurement<long>(get(pair.Value)) : new Measurement<long>(get(pair.Value), new KeyValuePair<string, object?>(FtteDiagnostics.FederationTag, pair.Key)));
}
