using System.Numerics.Tensors;
using Ftte;
using Ftte.Selection;
using Ftte.Simulation.Randomness;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>The network that everything is about, and the base model that the server trains before it asks any device.</summary>
internal sealed class DigitModel(ulong seed)
{
    /// <summary>How many examples a device looks at in one step.</summary>
    public const int BatchSize = 32;

    private const int BaseBatchSize = 10;
    private const int BaseEpochs = 20;
    private const ulong WeightStream = 0x57656967687473;

    public Network Network { get; } = NetworkZoo.DigitCnn(LabelledImages.DigitCount);

    /// <summary>Trains on the public writers alone. A random base with a frozen part would keep random features for good.</summary>
    public ModelSnapshot TrainBase(IExampleSource publicImages, CancellationToken cancellationToken)
    {
        float[] parameters = Network.Initialize(new SeededRandom(seed, WeightStream).NextUInt64());
        var options = new SgdOptions { BatchSize = BaseBatchSize, Epochs = BaseEpochs, LearningRate = 0.1f, ClipRatio = null, Seed = seed };
        Network.Train(parameters, publicImages, options, cancellationToken: cancellationToken);
        return new ModelSnapshot(Network.Layout, default, parameters);
    }

    /// <summary>Says what training each block is worth, from the public images: the sum of its loss gradients' sizes.</summary>
    /// <remarks>Their energy instead would favour the few weights of the first layer, which every pixel shares: too few to fit a model with.</remarks>
    public BlockImportance MeasureImportance(ModelSnapshot model, IExampleSource publicImages)
    {
        float[] gradient = Network.Gradient(model.Parameters.Span, publicImages);
        return new BlockImportance(
            Network.Layout,
            [.. Network.Layout.Blocks.Select(block => (double)TensorPrimitives.SumOfMagnitudes(gradient.AsSpan(block.Range.Start, block.Range.Length)))]);
    }

    /// <summary>Makes the trainer of one device: one pass over its digits a round.</summary>
    public LocalTrainer CreateTrainer(IExampleSource images, SgdOptions options, EngineOptions engine) => new(Network, images, options, engine: engine);

    /// <summary>Gives the share of images that a model reads rightly.</summary>
    public double Accuracy(ModelSnapshot model, IExampleSource images) => Network.Evaluate(model.Parameters.Span, images).Accuracy;
}
