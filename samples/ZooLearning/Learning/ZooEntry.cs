using System.Collections.Immutable;
using Ftte.TinyEngine;

namespace ZooLearning.Learning;

/// <summary>A data set with the shape of a network's inputs.</summary>
internal enum DataKind
{
    Mnist,
    Cifar10,
    Wearables,
}

/// <summary>A network with its data set and the size of its federation.</summary>
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
    public static ImmutableArray<string> SmallNames { get; } = ["autoencoder", "digits", "dscnn", "mlp"];

    /// <summary>Creates the entry of a network.</summary>
    /// <param name="name">The name in the zoo.</param>
    /// <param name="isSmall">Whether it is small enough for a build server.</param>
    public static ZooEntry Of(string name, bool isSmall)
    {
        ZooEntry entry = name switch
        {
            "mlp" or "digits" => new ZooEntry(name, NetworkZoo.Create(name), DataKind.Mnist) { Versions = 100 },
            "fedavg-cnn" => new ZooEntry(name, NetworkZoo.Create(name), DataKind.Mnist) { Versions = 20 },
            "dscnn" => new ZooEntry(name, NetworkZoo.DsCnn(classes: WearableClasses), DataKind.Wearables) { Versions = 60 },
            "autoencoder" => new ZooEntry(name, NetworkZoo.Create(name), DataKind.Wearables) { Versions = 100 },
            "resnet18" => new ZooEntry(name, NetworkZoo.Create(name), DataKind.Cifar10) { ExamplesPerDevice = 20, Versions = 20, TestExamples = 300 },
            _ => new ZooEntry(name, NetworkZoo.Create(name), DataKind.Cifar10),
        };
        return entry;
    }

    private const int WearableClasses = 5;
}
