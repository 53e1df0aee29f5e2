using Ftte.TinyEngine;

namespace SelectionStudy.Learning;

/// <summary>Trains the initial model of all runs on the public images, on central data.</summary>
internal static class BaseModel
{
    private const int Epochs = 4;

    /// <summary>Trains the model.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">The public images.</param>
    /// <param name="report">Receives the share of the work that is done, and the loss.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static float[] Train(Network network, Cifar10Examples images, Action<double, string> report, CancellationToken cancellationToken)
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
        var augmented = new AugmentedExamples(images, Cifar10Examples.Side, Cifar10Examples.Side, Cifar10Examples.Channels);
        network.Train(parameters, augmented, options, cancellationToken: cancellationToken);
        return parameters;
    }
}
