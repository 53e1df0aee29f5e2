namespace Ftte.TinyEngine;

public static partial class NetworkZoo
{
    /// <summary>Creates the depthwise separable network for keyword spotting (Zhang et al., 2017), as in MLPerf Tiny: 49 frames of 10 coefficients.</summary>
    /// <param name="classes">The number of words.</param>
    /// <param name="normalization">The normalization layers; <see cref="NormalizationKind.Batch"/> for weights that were trained with it.</param>
    /// <returns>The network, of 23,180 trainable parameters for twelve words.</returns>
    public static Network DsCnn(int classes = 12, NormalizationKind normalization = NormalizationKind.Group)
    {
        NetworkBuilder builder = Network.Build(49, 10, 1)
            .Conv("conv1", 64, kernel: (10, 4), stride: 2, padding: (5, 1), bias: false).Normalize("bn1", normalization).Relu();
        for (int i = 1; i <= 4; i++)
        {
            builder.DepthwiseConv($"block{i}.depthwise", kernel: 3, padding: 1, bias: false).Normalize($"block{i}.bn1", normalization).Relu()
                .Conv($"block{i}.pointwise", 64, kernel: 1, bias: false).Normalize($"block{i}.bn2", normalization).Relu();
        }

        return builder.GlobalAveragePool("pool").Linear("fc", classes).SoftmaxCrossEntropy();
    }

    /// <summary>Creates MobileNetV1 at a quarter of its width (Howard et al., 2017), as in MLPerf Tiny's visual wake words: 96 x 96 color images.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="size">The height and width of the images.</param>
    /// <param name="normalization">The normalization layers; <see cref="NormalizationKind.Batch"/> for weights that were trained with it.</param>
    /// <returns>The network.</returns>
    public static Network MobileNetV1(int classes = 2, int size = 96, NormalizationKind normalization = NormalizationKind.Group)
    {
        NetworkBuilder builder = Network.Build(size, size, 3).Conv("conv1", 8, kernel: 3, stride: 2, padding: 1, bias: false).Normalize("bn1", normalization).Relu();
        (int Filters, int Stride)[] blocks =
            [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (128, 1), (128, 1), (128, 1), (256, 2), (256, 1)];
        for (int i = 0; i < blocks.Length; i++)
        {
            builder.DepthwiseConv($"block{i + 1}.depthwise", kernel: 3, stride: blocks[i].Stride, padding: 1, bias: false).Normalize($"block{i + 1}.bn1", normalization).Relu()
                .Conv($"block{i + 1}.pointwise", blocks[i].Filters, kernel: 1, bias: false).Normalize($"block{i + 1}.bn2", normalization).Relu();
        }

        return builder.GlobalAveragePool("pool").Linear("fc", classes).SoftmaxCrossEntropy();
    }

    /// <summary>Creates MobileNetV2 at 0.35 of its width (Sandler et al., CVPR 2018), with strides for 32 x 32 color images.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="size">The height and width of the images.</param>
    /// <param name="stemStride">The stride of the first convolution: 1 for small images, 2 for images of 96 and more.</param>
    /// <param name="normalization">The normalization layers; <see cref="NormalizationKind.Batch"/> for weights that were trained with it.</param>
    /// <returns>The network, of 251,338 trainable parameters for ten classes.</returns>
    public static Network MobileNetV2(int classes = 10, int size = 32, int stemStride = 1, NormalizationKind normalization = NormalizationKind.Group)
    {
        NetworkBuilder builder = Network.Build(size, size, 3)
            .Conv("conv1", 16, kernel: 3, stride: stemStride, padding: 1, bias: false).Normalize("bn1", normalization).Relu6();
        (int Expansion, int Filters, int Count, int Stride)[] stages =
            [(1, 8, 1, 1), (6, 8, 2, stemStride), (6, 16, 3, 2), (6, 24, 4, 2), (6, 32, 3, 1), (6, 56, 3, 2), (6, 112, 1, 1)];
        for (int stage = 0; stage < stages.Length; stage++)
        {
            (int expansion, int filters, int count, int stride) = stages[stage];
            for (int i = 0; i < count; i++)
            {
                InvertedResidual(builder, $"stage{stage + 1}.block{i + 1}", filters, i == 0 ? stride : 1, expansion, normalization);
            }
        }

        return builder.GlobalAveragePool("pool").Linear("fc", classes).SoftmaxCrossEntropy();
    }

    /// <summary>Adds a 1 x 1 expansion, a depthwise convolution and a 1 x 1 projection, with a shortcut if the shape stays the same.</summary>
    private static void InvertedResidual(NetworkBuilder builder, string name, int filters, int stride, int expansion, NormalizationKind normalization)
    {
        if (stride == 1 && builder.Shape.Channels == filters)
        {
            builder.Add($"{name}.add", shortcut => shortcut, Body);
        }
        else
        {
            Body(builder);
        }

        NetworkBuilder Body(NetworkBuilder body)
        {
            int hidden = body.Shape.Channels * expansion;
            if (expansion > 1)
            {
                body.Conv($"{name}.expand", hidden, kernel: 1, bias: false).Normalize($"{name}.bn1", normalization).Relu6();
            }

            return body.DepthwiseConv($"{name}.depthwise", kernel: 3, stride: stride, padding: 1, bias: false).Normalize($"{name}.bn2", normalization).Relu6()
                .Conv($"{name}.project", filters, kernel: 1, bias: false).Normalize($"{name}.bn3", normalization);
        }
    }
}
