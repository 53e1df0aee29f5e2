using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>The model that everybody starts from, trained on public pictures where the data is central.</summary>
/// <remarks>
/// Neither weight decay nor a schedule that ends in tiny steps: what they make sits in a narrow place, and ten steps of 0.01 with frozen statistics take such a model from 72 to
/// 54 % on data of the same kind. At the end the statistics of normalisation are measured anew, with the weights as they are.
/// </remarks>
internal static class BaseModel
{
    private const int SettlingEpochs = 4;

    /// <summary>Trains it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="pictures">The public pictures.</param>
    /// <param name="epochs">How often they are gone over.</param>
    /// <param name="threads">On how many threads; the result does not depend on it.</param>
    /// <param name="report">Is told the share of the work done, and the loss.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static float[] Train(Network network, Cifar10Examples pictures, int epochs, int threads, Action<double, string> report, CancellationToken cancellationToken)
    {
        float[] parameters = network.Initialize(seed: 1);
        var options = new SgdOptions
        {
            BatchSize = 50,
            Epochs = epochs,
            LearningRate = network.Layout.Blocks.Any(block => IsScale(block.Name)) ? 0.05f : 0.01f,
            Momentum = 0.9f,
            Normalization = NormalizationMode.Batch,
            Seed = 1,
            Progress = step => report((double)step.Step / step.Steps, $"loss {step.MeanLoss:0.000}"),
        };
        var augmented = new AugmentedExamples(pictures, Cifar10Examples.Side, Cifar10Examples.Side, Cifar10Examples.Channels);
        var engine = new EngineOptions { Threads = threads };
        network.Train(parameters, augmented, options, engine: engine, cancellationToken: cancellationToken);

        // Steps too small to change a weight: only the running statistics follow.
        var settle = new SgdOptions
        {
            BatchSize = Math.Min(500, pictures.Count),
            Epochs = SettlingEpochs,
            LearningRate = 1e-9f,
            Normalization = NormalizationMode.Batch,
            Seed = 2,
        };
        network.Train(parameters, pictures, settle, engine: engine, cancellationToken: cancellationToken);
        return parameters;
    }

    // A network without normalisation bears only small steps.
    private static bool IsScale(string name) => name.Contains("bn", StringComparison.Ordinal) || name.Contains("gn", StringComparison.Ordinal);
}
