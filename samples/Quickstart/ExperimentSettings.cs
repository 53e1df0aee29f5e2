using Ftte.Aggregation;

namespace Quickstart;

/// <summary>The numbers of the comparison, tuned for each method and kind of data.</summary>
/// <param name="Seed">What every random choice is made from.</param>
/// <param name="Target">The accuracy to reach, 0 to 1.</param>
/// <param name="VirtualTime">How long each run lasts.</param>
/// <param name="LookEvery">The least time between two looks at the model.</param>
/// <param name="LearningRate">The step size on the devices, the same for both methods.</param>
/// <param name="FtteAtWork">How many devices FTTE has at work at once.</param>
/// <param name="FtteReduction">How FTTE's buffer becomes one step.</param>
/// <param name="FtteStep">FTTE's step size on the server.</param>
/// <param name="FedAvgStep">FedAvg's step size on the server.</param>
internal sealed record ExperimentSettings(
    ulong Seed,
    double Target,
    TimeSpan VirtualTime,
    TimeSpan LookEvery,
    float LearningRate,
    int FtteAtWork,
    Reduction FtteReduction,
    double FtteStep,
    double FedAvgStep)
{
    // Up to here most devices can be at work at once; beyond, the same few of many would always be working on an old version.
    private const int SmallFederation = 100;
    private const double ShareAtWork = 0.85;
    private const int AtWorkInLarge = 30; // three for each update of a buffer

    /// <summary>Drawn digits: devices differ in handwriting more than in what they write, so large server steps pay.</summary>
    /// <remarks>
    /// With 85 of 100 devices at work ages settle near 8. Damping by mass would then shrink every step alike but the first few, whose updates are all
    /// fresh and would overshoot a step size that makes up for it; so weights are normalised there. A larger federation diverges so; it gets
    /// the default, damping, and fewer devices at work.
    /// </remarks>
    public static ExperimentSettings Drawn(ulong seed, int devices) => new(
        seed,
        0.94,
        TimeSpan.FromMinutes(25),
        TimeSpan.FromSeconds(5),
        0.1f,
        AtWork(devices),
        devices <= SmallFederation ? Reduction.WeightedMean() : Reduction.MassDampedMean(),
        FtteStep: devices <= SmallFederation ? 2 : 1,
        FedAvgStep: devices <= SmallFederation ? 4 : 1);

    /// <summary>MNIST: a device holds few of the ten digits, so updates pull apart; normalised weights oscillate, damping by mass does not.</summary>
    public static ExperimentSettings Mnist(ulong seed, int devices) =>
        new(seed, 0.95, TimeSpan.FromMinutes(60), TimeSpan.FromSeconds(20), 0.1f, AtWork(devices), Reduction.MassDampedMean(), FtteStep: 1, FedAvgStep: 1);

    private static int AtWork(int devices) => devices <= SmallFederation ? (int)(ShareAtWork * devices) : AtWorkInLarge;
}
