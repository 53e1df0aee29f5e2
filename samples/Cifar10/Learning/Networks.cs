using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>Creates the networks of the experiment.</summary>
internal static class Networks
{
    private const int Groups = 8;

    /// <summary>Creates a network.</summary>
    /// <param name="name">resnet8 or cnn.</param>
    /// <param name="hasGroupNorm">True to replace batch normalization with group normalization, which needs no statistics; only for resnet8.</param>
    public static Network Create(string name, bool hasGroupNorm) => hasGroupNorm && name == "resnet8" ? ResNet8WithGroupNorm() : NetworkZoo.Create(name, NormalizationKind.Batch);

    private static Network ResNet8WithGroupNorm()
    {
        NetworkBuilder builder = Network.Build(Cifar10Examples.Side, Cifar10Examples.Side, Cifar10Examples.Channels)
            .Conv("conv1", 16, kernel: 3, padding: 1, bias: false).GroupNorm("gn1", Groups).Relu();
        Residual(builder, "stage1", 16, 1);
        Residual(builder, "stage2", 32, 2);
        Residual(builder, "stage3", 64, 2);
        return builder.GlobalAveragePool("pool").Linear("fc", Cifar10Examples.ClassCount).SoftmaxCrossEntropy();
    }

    private static void Residual(NetworkBuilder builder, string name, int filters, int stride) => builder.Add(
        $"{name}.add",
        body => body.Conv($"{name}.conv1", filters, kernel: 3, stride: stride, padding: 1, bias: false).GroupNorm($"{name}.gn1", Groups).Relu()
            .Conv($"{name}.conv2", filters, kernel: 3, padding: 1, bias: false).GroupNorm($"{name}.gn2", Groups),
        shortcut => stride != 1 ? shortcut.Conv($"{name}.conv3", filters, kernel: 1, stride: stride, bias: false).GroupNorm($"{name}.gn3", Groups) : shortcut).Relu();
}
