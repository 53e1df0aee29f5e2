using Ftte;
using Ftte.Aggregation;
using Ftte.TinyEngine;
using Ftte.Wire;

namespace Quickstart;

/// <summary>One way to train across the devices: everything in which FTTE and FedAvg differ.</summary>
/// <param name="Name">The name, as the table and the chart show it.</param>
/// <param name="Selection">What is trained and travels.</param>
/// <param name="Engine">How the engine uses memory.</param>
/// <param name="Memory">The memory that this takes on a device.</param>
/// <param name="Aggregation">The aggregator's rule.</param>
/// <param name="Server">The server's options: how many devices are at work.</param>
/// <param name="Down">How parameters travel to the devices.</param>
/// <param name="Up">How updates travel to the server.</param>
internal sealed record Method(
    string Name,
    ParameterSelection Selection,
    EngineOptions Engine,
    MemoryUse Memory,
    BufferedAggregatorOptions Aggregation,
    FederatedServerOptions Server,
    ValueFormat Down,
    ValueFormat Up);

/// <summary>The memory that training takes on a device, in bytes.</summary>
/// <param name="Counted">What the comparison counts: for FTTE the plan, for FedAvg what a framework without a plan holds.</param>
/// <param name="Planned">What the engine's plan takes, with <see cref="Method.Engine"/>.</param>
internal sealed record MemoryUse(long Counted, long Planned);
