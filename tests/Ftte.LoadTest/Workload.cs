using Ftte.Aggregation;
using Ftte.Wire;

namespace Ftte.LoadTest;

/// <summary>Defines what the coordinator aggregates. Both processes, and the check of the store, compute it from the same arguments.</summary>
/// <param name="Parameters">The number of parameters of the model, all of which are trained.</param>
/// <param name="Devices">The number of devices that take part.</param>
/// <param name="Capacity">K, the number of updates that make a version.</param>
/// <param name="Download">The format of downloaded parameters.</param>
/// <param name="UseTls">Whether the devices connect over TLS.</param>
internal sealed record Workload(int Parameters, int Devices, int Capacity, ValueFormat Download, bool UseTls)
{
    public const string StoreFile = "federation.db";

    public ParameterLayout Layout { get; } = ParameterLayout.Create(("w", [Parameters]));

    /// <summary>Gets the options of the rule. No guard, because a refused version would discard updates that were acknowledged; see <see cref="UpdateOutcome.Refused"/>.</summary>
    public BufferedAggregatorOptions Rule => new() { Capacity = Capacity, Concurrency = Devices, MaxUpdatesPerClient = Capacity, Guard = null };

    public ModelSnapshot CreateModel()
    {
        var random = new Random(1);
        return new ModelSnapshot(Layout, default, [.. Enumerable.Range(0, Parameters).Select(_ => random.NextSingle() - 0.5f)]);
    }
}
