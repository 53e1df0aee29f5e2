using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Ftte.Orleans.Tests;

/// <summary>Counts the measurements of some meters by instrument.</summary>
internal sealed class CountedMeters : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, int> _counts = [];

    public CountedMeters(params Meter[] meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => _counts.AddOrUpdate(instrument.Name, 1, (_, count) => count + 1));
        _listener.Start();
    }

    /// <summary>Gets the number of measurements of an instrument.</summary>
    public int this[string instrument] => _counts.GetValueOrDefault(instrument);

    public void Dispose() => _listener.Dispose();
}
