using System.Collections.Immutable;
using Ftte.Simulation;
using Ftte.TinyEngine;
using Ftte.TinyEngine.TimeSeries;
using Wearables.Data;

namespace Wearables.Learning;

/// <summary>Represents the devices that train one model: those of one kind, or of both.</summary>
/// <param name="network">The network.</param>
/// <param name="sgd">The training options of devices.</param>
/// <param name="options">The settings of the command.</param>
/// <param name="data">The examples; the participants are the devices.</param>
/// <param name="seed">The seed.</param>
internal sealed class Cohort(Network network, SgdOptions sgd, WearablesOptions options, FoldData data, ulong seed)
{
    private CentralTraining? _central;
    private SharedPlan? _plan;

    /// <summary>Gets the examples.</summary>
    public FoldData Data => data;

    /// <summary>Gets the simulated devices of the participants.</summary>
    public ImmutableArray<SimulatedDevice> Devices => field.IsDefault ? field = CreateDevices() : field;

    /// <summary>Gets the training without a federation.</summary>
    public CentralTraining Central => _central ??= new CentralTraining(network, data, seed, options.Threads);

    /// <summary>Gets the plan that fits the device with the least memory.</summary>
    public SharedPlan Plan => _plan ??= SharedPlan.Create(network, sgd, data.Participants.Min(device => options.MemoryOf(device.Kind)));

    private ImmutableArray<SimulatedDevice> CreateDevices()
    {
        // The devices of a kind do not depend on whether those of the other kind take part.
        var created = data.Participants.GroupBy(owner => owner.Kind).ToDictionary(
            owners => owners.Key,
            owners => new Queue<SimulatedDevice>(DevicePopulation.Of(Typical(owners.Key), owners.Count(), seed)));
        return [.. data.Participants.Select(owner => created[owner.Kind].Dequeue() with { Name = $"{owner.KindName}-{owner.Person}" })];
    }

    private DeviceKind Typical(WearableDevice kind) => (kind == WearableDevice.Watch ? DeviceKind.Watch : DeviceKind.Phone) with { MinMemoryBytes = options.MemoryOf(kind) };
}
