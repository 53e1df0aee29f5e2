using System.Collections.Immutable;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Converge;

/// <summary>Represents what a federation learns: a network, the examples of each device, and the examples that validate and test it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Network">The network.</param>
/// <param name="Public">The examples of the server, which train the base model.</param>
/// <param name="Devices">The devices.</param>
/// <param name="Examples">The training examples of each device.</param>
/// <param name="Validation">The examples that decide when steps are reduced and when a run ends. No device holds them.</param>
/// <param name="TestGroups">The test examples, divided into groups such as classes.</param>
/// <param name="TestShares">For each device, the share of each test group in its own data; its accuracy is the mean of the groups with these shares.</param>
internal sealed record Problem(
    string Name,
    Network Network,
    IExampleSource Public,
    ImmutableArray<SimulatedDevice> Devices,
    ImmutableArray<IExampleSource> Examples,
    IExampleSource Validation,
    ImmutableArray<IExampleSource> TestGroups,
    ImmutableArray<ImmutableArray<double>> TestShares)
{
    /// <summary>Gets K, the number of updates per version.</summary>
    public int Capacity { get; init; } = 10;

    /// <summary>Gets M, the number of devices that train at the same time.</summary>
    public int Concurrency { get; init; } = 30;

    /// <summary>Gets the number of epochs of the base model.</summary>
    public int BaseEpochs { get; init; } = 15;

    /// <summary>Gets the number of jobs without a better validation accuracy after which steps are reduced, or the run ends.</summary>
    public long PatienceJobs { get; init; } = 3000;

    /// <summary>Gets a value that indicates whether base training mirrors and shifts the inputs, which are images of 32 x 32 pixels.</summary>
    public bool IsAugmented { get; init; }
}
