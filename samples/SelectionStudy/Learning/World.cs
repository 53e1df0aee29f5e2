using System.Collections.Immutable;
using Ftte.Selection;
using Ftte.Simulation;
using Ftte.Simulation.Randomness;
using Ftte.TinyEngine;

namespace SelectionStudy.Learning;

/// <summary>Represents the devices of one seed, the same for every selector.</summary>
/// <param name="Examples">The images of each device.</param>
/// <param name="Importance">The importance of each block, as a survey of devices measured it.</param>
internal sealed record World(ImmutableArray<Cifar10Examples> Examples, BlockImportance Importance)
{
    private const double MeanJobSeconds = 60;

    /// <summary>Creates identical devices.</summary>
    /// <param name="count">The number of devices.</param>
    /// <remarks>
    /// The study counts updates, not time. The exponential distribution has no memory, so each training device is equally likely to finish next, and no device is
    /// faster than another.
    /// </remarks>
    public static ImmutableArray<SimulatedDevice> DevicesOf(int count) =>
        DevicePopulation.Alike(count, new SimulatedDevice { Name = "device", JobDuration = LatencyDistribution.Exponential(MeanJobSeconds) });
}
