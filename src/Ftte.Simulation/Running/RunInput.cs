using System.Collections.Immutable;

namespace Ftte.Simulation.Running;

/// <summary>The validated arguments of a run.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Start">The start model.</param>
/// <param name="Devices">The devices.</param>
/// <param name="Task">The learning task.</param>
/// <param name="Options">The options.</param>
internal sealed record RunInput(SimulationRule Rule, ModelSnapshot Start, ImmutableArray<SimulatedDevice> Devices, ILearningTask Task, SimulationOptions Options);
