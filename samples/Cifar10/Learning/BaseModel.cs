using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>The model that everybody starts from, trained on public pictures where the data is central.</summary>
/// <remarks>
/// Stopped at full stride: neither weight decay nor a schedule that ends in tiny steps. A base that has come to rest does not move within the few dozen rounds of FedAvg that can be
/// simulated in minutes, by any rule. At the end the statistics of normalisation are measured anew, with the weights as they are.
/// </remarks>
internal static class BaseModel
{
    private const int SettlingEpochs = 4;

    /// <summary>Trains it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector, trained in place.</param>
    /// <param name="pictures">The public pictures.</param>
    /// <param name="epochs">How often they are gone over.</param>
    /// <param name="threads">On how many threads; the result does not depend on it.</param>
    /// <param name="report">Is told the share of the work done, and the loss.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static void Train(
        Network network, float[] parameters, Cifar10Examples pictures, int epochs, int threads, Action<double, string> report, CancellationToken cancellationToken)
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
        var augmented = new AugmentedExamples(pictures, Cifar10Examples.Side, Cifar10Examples.Side, Cifar10Examples.Channels);
        var engine = new EngineOptions { Threads = threads };
        network.Train(parameters, augmented, options, engine: engine, cancellationToken: cancellationToken);
        if (network.Trainable.Count == network.Layout.ParameterCount)
        {
            return;
        }

        // Steps too small to change a weight: only the running statistics follow.
        var settle = new SgdOptions
        {
            BatchSize = Math.Min(500, pictures.Count),
            Epochs = SettlingEpochs,
            LearningRate = 1e-9f,
            ClipRatio = null,
            Normalization = NormalizationMode.Batch,
            Seed = 2,
        };
        network.Train(parameters, pictures, settle, engine: engine, cancellationToken: cancellationToken);
    }

    // A network without normalisation bears only small steps.
    private static bool IsScale(string name) => name.Contains("bn", StringComparison.Ordinal) || name.Contains("gn", StringComparison.Ordinal);
}
