namespace Quickstart;

/// <summary>The settings of the comparison, the same for both methods.</summary>
/// <param name="Seed">The seed of every random choice.</param>
/// <param name="Target">The accuracy to reach, 0 to 1.</param>
/// <param name="VirtualTime">The virtual time after which a run ends.</param>
/// <param name="EvaluateEvery">The minimum virtual time between two evaluations.</param>
/// <param name="ServerStep">The server's learning rate, tuned with other seeds: docs/experiments/quickstart.md.</param>
internal sealed record ExperimentSettings(ulong Seed, double Target, TimeSpan VirtualTime, TimeSpan EvaluateEvery, double ServerStep)
{
    /// <summary>Returns the settings for synthetic digits.</summary>
    public static ExperimentSettings Synthetic(ulong seed) => new(seed, 0.94, TimeSpan.FromMinutes(25), TimeSpan.FromSeconds(5), ServerStep: 6);

    /// <summary>Returns the settings for MNIST, of which devices hold few classes each, so that updates differ more.</summary>
    public static ExperimentSettings Mnist(ulong seed) => new(seed, 0.95, TimeSpan.FromMinutes(60), TimeSpan.FromSeconds(20), ServerStep: 1);
}
