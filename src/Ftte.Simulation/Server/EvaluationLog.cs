using System.Collections.Immutable;
using Ftte.Simulation.Clock;

namespace Ftte.Simulation.Server;

/// <summary>Records the evaluations by devices with the virtual time at which they closed.</summary>
internal sealed class EvaluationLog
{
    private readonly List<DeviceEvaluation> _all = [];

    public ImmutableArray<DeviceEvaluation> All => [.. _all];

    /// <summary>Returns options that record every evaluation and then call the rule's callback. Without groups of its own, the rule gets the kinds of the devices.</summary>
    public EvaluationOptions? Record(EvaluationOptions? options, ImmutableArray<SimulatedDevice> devices, VirtualClock clock)
    {
        if (options is null)
        {
            return null;
        }

        EvaluationOptions recorded = options.Copy();
        Dictionary<string, string> kinds = devices.ToDictionary(device => device.Name, device => device.Kind, StringComparer.Ordinal);
        recorded.GroupOf ??= client => kinds[client.Value];
        recorded.Evaluated = evaluation =>
        {
            _all.Add(new DeviceEvaluation(clock.Now, evaluation));
            options.Evaluated?.Invoke(evaluation);
        };
        return recorded;
    }
}
