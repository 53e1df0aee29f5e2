using Ftte;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>The network that everything is about, and the base model that the server trains before it asks any device.</summary>
internal sealed class DigitModel
{
    /// <summary>How many examples a device looks at in one step.</summary>
    public const int BatchSize = 10;

    private const int HiddenUnits = 64;
    private const int BaseEpochs = 20;
    private const ulong WeightStream = 0x57656967687473;

    private readonly ulong _seed;

    public DigitModel(ulong seed)
    {
        _seed = seed;
        Network = Network.Build(inputs: LabelledImages.PixelsPerImage)
            .Linear("hidden", HiddenUnits)
            .Relu()
            .Linear("digit", LabelledImages.DigitCount)
            .SoftmaxCrossEntropy();
    }

    public Network Network { get; }

    /// <summary>Trains on the public writers alone. A random base with a frozen part would keep random features for good.</summary>
    public ModelSnapshot TrainBase(LabelledImages publicImages, CancellationToken cancellationToken)
    {
        float[] parameters = Network.Initialize(new SeededRandom(_seed, WeightStream).NextUInt64());
        var options = new SgdOptions { BatchSize = BatchSize, Epochs = BaseEpochs, LearningRate = 0.1f, Seed = _seed };
        Network.Train(parameters, new DigitExamples(publicImages), options, cancellationToken: cancellationToken);
        return new ModelSnapshot(Network.Layout, default, parameters);
    }

    /// <summary>Says what training each block is worth, from the public images: the energy of the loss gradient in it.</summary>
    public BlockImportance MeasureImportance(ModelSnapshot model, LabelledImages publicImages) =>
        BlockImportance.FromGradient(Network.Layout, Network.Gradient(model.Parameters.Span, new DigitExamples(publicImages)));

    /// <summary>Makes the trainer of one device: one pass over its digits a round.</summary>
    public LocalTrainer CreateTrainer(LabelledImages images, float learningRate) =>
        new(Network, new DigitExamples(images), new SgdOptions { BatchSize = BatchSize, Epochs = 1, LearningRate = learningRate, Seed = _seed });

    /// <summary>Gives the share of images that a model reads rightly.</summary>
    public double Accuracy(ModelSnapshot model, IExampleSource images) => Network.Evaluate(model.Parameters.Span, images).Accuracy;
}
