namespace Ftte.TinyEngine;

public static partial class NetworkZoo
{
    /// <summary>Creates a ResNet of three stages of one block (He et al., CVPR 2016), as in MLPerf Tiny, for 32 x 32 color images.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="normalization">The normalization layers; <see cref="NormalizationKind.Batch"/> for weights that were trained with it.</param>
    /// <returns>The network, of 78,042 trainable parameters for ten classes.</returns>
    public static Network ResNet8(int classes = 10, NormalizationKind normalization = NormalizationKind.Group) => ResNet([16, 32, 64], blocks: 1, classes, normalization);

    /// <summary>Creates a ResNet of three stages of three blocks for 32 x 32 color images.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="normalization">The normalization layers; <see cref="NormalizationKind.Batch"/> for weights that were trained with it.</param>
    /// <returns>The network, of 272,474 trainable parameters for ten classes.</returns>
    public static Network ResNet20(int classes = 10, NormalizationKind normalization = NormalizationKind.Group) => ResNet([16, 32, 64], blocks: 3, classes, normalization);

    /// <summary>Creates a ResNet of four stages of two blocks, from 64 to 512 filters, in its form for 32 x 32 color images.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="normalization">The normalization layers; <see cref="NormalizationKind.Batch"/> for weights that were trained with it.</param>
    /// <returns>The network, of 11.2 million trainable parameters.</returns>
    public static Network ResNet18(int classes = 10, NormalizationKind normalization = NormalizationKind.Group) => ResNet([64, 128, 256, 512], blocks: 2, classes, normalization);

    private static Network ResNet(ReadOnlySpan<int> widths, int blocks, int classes, NormalizationKind normalization)
    {
        NetworkBuilder builder = Network.Build(32, 32, 3).Conv("conv1", widths[0], kernel: 3, padding: 1, bias: false).Normalize("bn1", normalization).Relu();
        for (int stage = 0; stage < widths.Length; stage++)
        {
            for (int block = 0; block < blocks; block++)
            {
                Residual(builder, $"stage{stage + 1}.block{block + 1}", widths[stage], stage > 0 && block == 0 ? 2 : 1, normalization);
            }
        }

        return builder.GlobalAveragePool("pool").Linear("fc", classes).SoftmaxCrossEntropy();
    }

    /// <summary>Adds two 3 x 3 convolutions with a shortcut, which is a 1 x 1 convolution if the shape changes.</summary>
    private static void Residual(NetworkBuilder builder, string name, int filters, int stride, NormalizationKind normalization)
    {
        bool changes = stride != 1 || builder.Shape.Channels != filters;
        builder.Add(
            $"{name}.add",
            body => body.Conv($"{name}.conv1", filters, kernel: 3, stride: stride, padding: 1, bias: false).Normalize($"{name}.bn1", normalization).Relu()
                .Conv($"{name}.conv2", filters, kernel: 3, padding: 1, bias: false).Normalize($"{name}.bn2", normalization),
            shortcut => changes ? shortcut.Conv($"{name}.conv3", filters, kernel: 1, stride: stride, bias: false).Normalize($"{name}.bn3", normalization) : shortcut).Relu();
    }
}
