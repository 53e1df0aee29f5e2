using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>Trains the initial model of all runs on the public images, on central data.</summary>
/// <remarks>
/// Training uses neither weight decay nor a schedule that ends in small steps: a converged base model hardly changes within the few dozen rounds of FedAvg that can be
/// simulated in minutes, with any rule. At the end, the statistics of normalization are measured again with fixed weights.
/// </remarks>
internal static class BaseModel
{
    private const int SettlingEpochs = 4;

    /// <summary>Trains the model.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector, trained in place.</param>
    /// <param name="images">The public images.</param>
    /// <param name="epochs">The number of epochs.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    /// <param name="report">Receives the share of the work that is done, and the loss.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static void Train(
        Network network, float[] parameters, Cifar10Examples images, int epochs, int threads, Action<double, string> report, CancellationToken cancellationToken)
    {
        bool isNormalized = network.Layout.Blocks.Any(block => IsScale(block.Name));
        var options = new SgdOptions
        {
            BatchSize = 50,
            Epochs = epochs,
            LearningRate = isNormalized ? 0.05f : 0.01f,
            ClipRatio = null,
            Momentum = 0.9f,
            Normalization = NormalizationMode.Batch,
            Seed = 1,
            Progress = step => report((double)step.Step / step.Steps, $"loss {step.MeanLoss:0.000}"),
        };
        var augmented = new AugmentedExamples(images, Cifar10Examples.Side, Cifar10Examples.Side, Cifar10Examples.Channels);
        var engine = new EngineOptions { Threads = threads };
        network.Train(parameters, augmented, options, engine: engine, cancellationToken: cancellationToken);
        if (network.Trainable.Count == network.Layout.ParameterCount)
        {
            return;
        }

        // The steps are too small to change a weight, so only the running statistics change.
        var settle = new SgdOptions
        {
            BatchSize = Math.Min(500, images.Count),
            Epochs = SettlingEpochs,
            LearningRate = 1e-9f,
            ClipRatio = null,
            Normalization = NormalizationMode.Batch,
            Seed = 2,
        };
        network.Train(parameters, images, settle, engine: engine, cancellationToken: cancellationToken);
    }

    // A network without normalization diverges with larger steps.
    private static bool IsScale(string name) => name.Contains("bn", StringComparison.Ordinal) || name.Contains("gn", StringComparison.Ordinal);
}
