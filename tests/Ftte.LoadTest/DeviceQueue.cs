using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Ftte.LoadTest;

/// <summary>Holds the devices between their calls, which take turns. Thread-safe.</summary>
/// <remarks>Every second device has its first turn after one of the others, so that half of the devices are at work at any time, and check-outs and uploads alternate.</remarks>
internal sealed class DeviceQueue
{
    private readonly ConcurrentQueue<SimulatedDevice> _waiting;
    private readonly ConcurrentQueue<SimulatedDevice> _late;

    public DeviceQueue(int devices)
    {
        _waiting = new(Enumerable.Range(0, (devices + 1) / 2).Select(number => new SimulatedDevice(number)));
        _late = new(Enumerable.Range((devices + 1) / 2, devices / 2).Select(number => new SimulatedDevice(number)));
    }

    /// <summary>Takes the device that has waited longest.</summary>
    public bool TryTake([NotNullWhen(true)] out SimulatedDevice? device) => _waiting.TryDequeue(out device);

    /// <summary>Puts a device back after its call.</summary>
    public void Return(SimulatedDevice device)
    {
        _waiting.Enqueue(device);
        if (_late.TryDequeue(out SimulatedDevice? late))
        {
            _waiting.Enqueue(late);
        }
    }
}
