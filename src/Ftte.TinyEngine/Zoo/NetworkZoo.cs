using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>Creates common small networks, by name or by method.</summary>
/// <remarks>
/// Layers are named after their position, such as <c>stage2.block1.conv1</c>, so that blocks can be selected and weights exchanged. Convolutions before a
/// normalization have no bias. Sizes are those of the papers, for images of the usual data set of each network.
/// </remarks>
public static partial class NetworkZoo
{
    private static readonly ImmutableSortedDictionary<string, Func<NormalizationKind, Network>> Makers = ImmutableSortedDictionary.CreateRange(
        StringComparer.OrdinalIgnoreCase,
        new Dictionary<string, Func<NormalizationKind, Network>>
        {
            ["mlp"] = _ => Mlp(),
            ["fedavg-cnn"] = _ => FedAvgCnn(),
            ["cnn"] = _ => Cnn(),
            ["resnet8"] = kind => ResNet8(normalization: kind),
            ["resnet20"] = kind => ResNet20(normalization: kind),
            ["resnet18"] = kind => ResNet18(normalization: kind),
            ["dscnn"] = kind => DsCnn(normalization: kind),
            ["mobilenetv1-0.25"] = kind => MobileNetV1(normalization: kind),
            ["mobilenetv2-0.35"] = kind => MobileNetV2(normalization: kind),
            ["mobilenetv2-0.35-128"] = kind => MobileNetV2(size: 128, stemStride: 2, normalization: kind),
            ["digits"] = _ => DigitCnn(),
            ["autoencoder"] = kind => Autoencoder(normalization: kind),
        });

    /// <summary>Gets the names that <see cref="Create"/> accepts.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Makers.Keys];

    /// <summary>Creates a network with its usual size.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case.</param>
    /// <param name="normalization">The normalization layers. Networks without normalization ignore it.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentException">The name is unknown; the message lists the known names.</exception>
    public static Network Create(string name, NormalizationKind normalization = NormalizationKind.Group)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Makers.TryGetValue(name, out Func<NormalizationKind, Network>? make)
            ? make(normalization)
            : throw new ArgumentException($"Unknown network '{name}'. Specify one of {string.Join(", ", Names)}.", nameof(name));
    }

    /// <summary>Creates a multi-layer perceptron of two hidden layers, as McMahan et al. (AISTATS 2017) used on MNIST.</summary>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="hidden">The width of each hidden layer.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>The network.</returns>
    public static Network Mlp(int inputs = 784, int hidden = 200, int classes = 10) =>
        Network.Build(inputs).Linear("fc1", hidden).Relu().Linear("fc2", hidden).Relu().Linear("fc3", classes).SoftmaxCrossEntropy();

    /// <summary>Creates the convolutional network of McMahan et al. (AISTATS 2017) for 28 x 28 gray images.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <returns>The network, of 1,663,370 parameters for ten classes.</returns>
    public static Network FedAvgCnn(int classes = 10) => Network.Build(28, 28, 1)
        .Conv("conv1", 32, kernel: 5, padding: 2).Relu().MaxPool(2)
        .Conv("conv2", 64, kernel: 5, padding: 2).Relu().MaxPool(2)
        .Flatten().Linear("fc1", 512).Relu().Linear("fc2", classes).SoftmaxCrossEntropy();

    /// <summary>Creates a plain convolutional network of three stages for 32 x 32 color images.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <returns>The network, of 122,570 parameters for ten classes.</returns>
    public static Network Cnn(int classes = 10) => Network.Build(32, 32, 3)
        .Conv("conv1", 32, kernel: 3, padding: 1).Relu().MaxPool(2)
        .Conv("conv2", 64, kernel: 3, padding: 1).Relu().MaxPool(2)
        .Conv("conv3", 64, kernel: 3, padding: 1).Relu().MaxPool(2)
        .Flatten().Linear("fc1", 64).Relu().Linear("fc2", classes).SoftmaxCrossEntropy();

    /// <summary>Creates a small convolutional network for 28 x 28 gray images such as digits.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <returns>The network, of 9,810 parameters for ten classes.</returns>
    public static Network DigitCnn(int classes = 10) => Network.Build(28, 28, 1)
        .Conv("conv1", 16, kernel: 3, stride: 2, padding: 1).Relu()
        .Conv("conv2", 16, kernel: 3, stride: 2, padding: 1).Relu()
        .Conv("conv3", 24, kernel: 3, stride: 2, padding: 1).Relu()
        .Flatten().Linear("fc", classes).SoftmaxCrossEntropy();

    /// <summary>Creates a fully connected autoencoder, as in MLPerf Tiny's anomaly detection: 128 values per layer, 8 in the bottleneck.</summary>
    /// <param name="inputs">The number of inputs, which are also the targets.</param>
    /// <param name="normalization">The normalization layers; <see cref="NormalizationKind.Batch"/> for weights that were trained with it.</param>
    /// <returns>The network; train it on <see cref="ReconstructionExamples"/>.</returns>
    public static Network Autoencoder(int inputs = 640, NormalizationKind normalization = NormalizationKind.Group)
    {
        NetworkBuilder builder = Network.Build(inputs);
        int[] widths = [128, 128, 128, 128, 8, 128, 128, 128, 128];
        for (int i = 0; i < widths.Length; i++)
        {
            builder.Linear($"fc{i + 1}", widths[i], bias: false).Normalize($"bn{i + 1}", normalization).Relu();
        }

        return builder.Linear("out", inputs).MeanSquaredError();
    }
}
