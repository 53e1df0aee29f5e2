using Ftte.TinyEngine;

namespace SelectionStudy.Learning;

/// <summary>The model that everybody starts from, trained on public pictures where the data is central.</summary>
internal static class BaseModel
{
    private const int Epochs = 4;

    /// <summary>Trains it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="pictures">The public pictures.</param>
    /// <param name="report">Is told the share of the work done, and the loss.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static float[] Train(Network network, Cifar10Examples pictures, Action<double, string> report, CancellationToken cancellationToken)
    {
        float[] parameters = network.Initialize(seed: 1);
        var options = new SgdOptions
        {
            BatchSize = 50,
            Epochs = Epochs,
            LearningRate = 0.05f,
            ClipRatio = null,
            Momentum = 0.9f,
            WeightDecay = 5e-4f,
            Schedule = LearningRateSchedule.Cosine,
            Normalization = NormalizationMode.Batch,
            Seed = 1,
            Progress = step => report((double)step.Step / step.Steps, $"loss {step.MeanLoss:0.000}"),
        };
        var augmented = new AugmentedExamples(pictures, Cifar10Examples.Side, Cifar10Examples.Side, Cifar10Examples.Channels);
        network.Train(parameters, augmented, options, cancellationToken: cancellationToken);
        return parameters;
    }
}
