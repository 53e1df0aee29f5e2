using System.Collections.Immutable;
using Ftte.TinyEngine;

namespace ZooLearning.Learning;

/// <summary>Specifies a data set by the shape of its inputs.</summary>
internal enum DataKind
{
    Mnist,
    Cifar10,
    Wearables,
}

/// <summary>Represents a network with its data set and the size of its federation.</summary>
/// <param name="Name">The name in the zoo.</param>
/// <param name="Network">The network.</param>
/// <param name="Data">The data set.</param>
internal sealed record ZooEntry(string Name, Network Network, DataKind Data)
{
    /// <summary>Gets the number of devices.</summary>
    public int Devices { get; init; } = 40;

    /// <summary>Gets the number of examples that a device holds.</summary>
    public int ExamplesPerDevice { get; init; } = 60;

    /// <summary>Gets the number of versions that the federation publishes.</summary>
    public int Versions { get; init; } = 40;

    /// <summary>Gets the number of public examples.</summary>
    public int PublicExamples { get; init; } = 500;

    /// <summary>Gets the number of epochs over the public examples that make the base.</summary>
    public int BaseEpochs { get; init; } = 4;

    /// <summary>Gets the number of test examples.</summary>
    public int TestExamples { get; init; } = 1000;

    /// <summary>Gets the networks that train fast enough for a build server.</summary>
    public static ImmutableArray<string> SmallNames { get; } = ["digits", "mlp", "dscnn"];

    /// <summary>Returns the multiply-adds of a network, so that the cheapest networks run first.</summary>
    public static long CostOf(string name) => NetworkZoo.Create(name).MultiplyAdds;

    /// <summary>Creates the entry of a network.</summary>
    /// <param name="name">The name in the zoo.</param>
    /// <param name="isSmall">True for a federation that is small enough for a build server.</param>
    /// <param name="normalization">The normalization layers; a network with batch normalization is named after it.</param>
    public static ZooEntry Of(string name, bool isSmall, NormalizationKind normalization = NormalizationKind.Group)
    {
        Network network = name == "dscnn" ? NetworkZoo.DsCnn(WearableClasses, normalization) : NetworkZoo.Create(name, normalization);
        ZooEntry entry = name switch
        {
            "digits" or "mlp" => new ZooEntry(name, network, DataKind.Mnist) { Versions = isSmall ? 40 : 80 },
            "fedavg-cnn" => new ZooEntry(name, network, DataKind.Mnist) { ExamplesPerDevice = 20, Versions = 100 },
            "autoencoder" => new ZooEntry(name, network, DataKind.Wearables) { ExamplesPerDevice = 100, Versions = isSmall ? 300 : 3000, BaseEpochs = 20 },
            "dscnn" => new ZooEntry(name, network, DataKind.Wearables) { Versions = isSmall ? 200 : 120 },
            "cnn" or "resnet8" => new ZooEntry(name, network, DataKind.Cifar10) { Devices = 100, ExamplesPerDevice = 20, Versions = 200, PublicExamples = 1000 },
            "resnet18" => new ZooEntry(name, network, DataKind.Cifar10) { Devices = 200, ExamplesPerDevice = 10, Versions = 100, PublicExamples = 1000, BaseEpochs = 10, TestExamples = 300 },
            "mobilenetv2-0.35-128" => new ZooEntry(name, network, DataKind.Cifar10) { Devices = 100, ExamplesPerDevice = 20, Versions = 300, PublicExamples = 1000, BaseEpochs = 20, TestExamples = 300 },
            _ => new ZooEntry(name, network, DataKind.Cifar10) { Devices = 100, ExamplesPerDevice = 20, Versions = 500, PublicExamples = 1000, BaseEpochs = 20 },
        };
        bool hasStatistics = network.Layout.Blocks.Any(block => block.Name.EndsWith(".running_mean", StringComparison.Ordinal));
        entry = hasStatistics ? entry with { Name = $"{name}, batch normalization" } : entry;
        return isSmall ? entry with { TestExamples = 300 } : entry;
    }

    private const int WearableClasses = 5;
}
