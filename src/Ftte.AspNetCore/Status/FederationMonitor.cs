using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Ftte.AspNetCore.Endpoints;
using Ftte.Diagnostics;

namespace Ftte.AspNetCore.Status;

/// <summary>Collects the figures of a federated server for the status page from its metrics, in bounded memory. Thread-safe.</summary>
internal sealed class FederationMonitor : IDisposable
{
    private const int MaxClients = 200;
    private const int MaxPoints = 200;

    private readonly IServerStatusSource _server;
    private readonly string? _name;
    private readonly EndpointStatistics _endpoints;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _updates = [];
    private readonly Dictionary<string, long> _checkOuts = [];
    private readonly Distribution _ages = new([0, 1, 2, 4, 8, 16, 32], ["0", "1", "2", "3–4", "5–8", "9–16", "17–32", "over 32"]);
    private readonly Distribution _weights = new([0.2, 0.4, 0.6, 0.8, 0.999], ["up to 0.2", "0.2–0.4", "0.4–0.6", "0.6–0.8", "0.8–1", "1"]);
    private readonly Queue<EvaluationPoint> _evaluations = [];
    private long _published;

    public FederationMonitor(IServerStatusSource server, string? name, EndpointStatistics endpoints, TimeProvider time)
    {
        (_server, _name, _endpoints, _time, _started) = (server, name, endpoints, time, time.GetTimestamp());
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, server.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Record);
        _listener.SetMeasurementEventCallback<double>(Record);
        _listener.Start();
    }

    /// <summary>Returns the figures at this moment.</summary>
    public async Task<StatusSnapshot> GetSnapshotAsync(CancellationToken cancellationToken)
    {
        FederatedServerStatus status = await _server.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        ImmutableArray<KnownClient> clients = await _server.GetClientsAsync(MaxClients, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            EndpointTraffic traffic = _endpoints.Of(_name);
            return new StatusSnapshot
            {
                Name = _name,
                Time = _time.GetUtcNow(),
                Since = _time.GetElapsedTime(_started),
                Server = status,
                PublishedVersions = _published,
                Evaluations = [.. _evaluations],
                Clients = clients,
                Ages = _ages.ToArray(),
                Weights = _weights.ToArray(),
                Updates = Sort(_updates),
                CheckOuts = Sort(_checkOuts),
                Rejections = Sort(_endpoints.Rejections),
                ReceivedBytes = traffic.ReceivedBytes,
                SentBytes = traffic.SentBytes,
            };
        }
    }

    public void Dispose() => _listener.Dispose();

    private static KeyValuePair<string, long>[] Sort(IEnumerable<KeyValuePair<string, long>> counts) =>
        [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)];

    private static void Count(Dictionary<string, long> counts, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag is { Key: FtteDiagnostics.OutcomeTag, Value: string outcome })
            {
                counts[outcome] = counts.GetValueOrDefault(outcome) + 1;
            }
        }
    }

    private void Record(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        lock (_lock)
        {
            switch (instrument.Name)
            {
                case FtteDiagnostics.Updates:
                    Count(_updates, tags);
                    break;
                case FtteDiagnostics.CheckOuts:
                    Count(_checkOuts, tags);
                    break;
                case FtteDiagnostics.Publications:
                    _published += value;
                    break;
                case FtteDiagnostics.UpdateAge:
                    _ages.Add(value);
                    break;
                case FtteDiagnostics.Evaluations when (_server as FederatedServer)?.LatestEvaluation is { Answers.Length: > 0 } evaluation:
                    Add(evaluation);
                    break;
            }
        }
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (instrument.Name == FtteDiagnostics.UpdateWeight)
        {
            lock (_lock)
            {
                _weights.Add(value);
            }
        }
    }

    private void Add(FederatedEvaluation evaluation)
    {
        _evaluations.Enqueue(new EvaluationPoint(evaluation.Version.Number, [.. evaluation.Metrics.Select(metric => evaluation.GetStatistics(metric.Name)!.Mean)]));
        if (_evaluations.Count > MaxPoints)
        {
            _evaluations.Dequeue();
        }
    }
}
