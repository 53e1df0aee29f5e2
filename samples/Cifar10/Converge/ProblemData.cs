using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace Cifar10.Converge;

/// <summary>Opens the problems of the scenario from a folder with the data sets, or creates synthetic ones.</summary>
internal static class ProblemData
{
    private const double Alpha = 0.3;

    /// <summary>The number of devices for data sets that are too small for 500.</summary>
    private const int FewDevices = 50;

    /// <summary>The patience of a problem with few devices: each of them trains this many times on all of its examples.</summary>
    private const int PatiencePasses = 20;

    /// <summary>The people of the wearables data: the recordings of the first ones are public, those of the last ones test the models.</summary>
    private const int People = 23, PublicPeople = 4, TestPeople = 5;

    /// <summary>Gets the names of the problems.</summary>
    public static ImmutableArray<string> Names { get; } = ["digits", "cifar10", "wearables"];

    /// <summary>Determines whether a folder has the data of a problem.</summary>
    public static bool Has(string? folder, string name) => folder is null || name switch
    {
        "digits" => MnistFiles.FindImages(folder, "train") is not null,
        "cifar10" => FindCifar10(folder) is not null,
        _ => Directory.Exists(WearablesFolder(folder)),
    };

    /// <summary>Opens a problem.</summary>
    /// <param name="folder">The folder; null for synthetic examples and a federation that is small enough for a build server.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="InputException">The data cannot be read.</exception>
    public static Problem Open(string? folder, string name, ulong seed)
    {
        Network network = name switch
        {
            "digits" => NetworkZoo.DigitCnn(),
            "cifar10" => NetworkZoo.ResNet8(normalization: NormalizationKind.Group),
            _ => NetworkZoo.DsCnn(WearableExamples.ClassCount),
        };
        if (folder is null)
        {
            return Generate(name, network, seed);
        }

        try
        {
            return name switch
            {
                "digits" => Divide(name, network, LoadDigits(folder, "train"), LoadDigits(folder, "t10k"), publicCount: 500, seed),
                "cifar10" => Divide(name, network, LoadImages(folder, CifarPart.Train), LoadImages(folder, CifarPart.Test), publicCount: 5000, seed) with { IsAugmented = true },
                _ => OpenWearables(name, network, WearablesFolder(folder), seed),
            };
        }
        catch (Exception bad) when (bad is IOException or InvalidDataException or FormatException)
        {
            throw new InputException($"--data: {bad.Message}", bad);
        }
    }

    /// <summary>Divides a data set among 500 devices; one that is too small for that among 50.</summary>
    private static Problem Divide(string name, Network network, IExampleSource training, IExampleSource test, int publicCount, ulong seed)
    {
        const int Validation = 1000, Devices = 500, MinPerDevice = 10;
        (int, int, int) sizes = training.Count - publicCount - Validation >= MinPerDevice * Devices
            ? (publicCount, Validation, Devices)
            : (training.Count / 10, training.Count / 10, FewDevices);
        return ImageProblem.Create(name, network, training, test, sizes, Alpha, seed);
    }

    private static Problem OpenWearables(string name, Network network, string folder, ulong seed)
    {
        int frames = network.InputLength / WearableExamples.Values;
        IExampleSource training = WearableExamples.Load(folder, frames, 1, People - TestPeople), test = WearableExamples.Load(folder, frames, People - TestPeople + 1, People);
        int publicCount = WearableExamples.Load(folder, frames, 1, PublicPeople).Count;
        return ImageProblem.Create(name, network, training, test, (publicCount, training.Count / 10, FewDevices), Alpha, seed) with { PatienceJobs = PatiencePasses * FewDevices };
    }

    private static string WearablesFolder(string folder) => Path.Combine(folder, "wearables");

    private static string? FindCifar10(string folder) =>
        new[] { folder, Path.Combine(folder, "cifar-10-batches-bin") }.FirstOrDefault(path => File.Exists(Path.Combine(path, "test_batch.bin")));

    private static IdxExamples LoadDigits(string folder, string set) =>
        IdxExamples.Load(MnistFiles.FindImages(folder, set)!, MnistFiles.FindLabels(folder, set)!, PixelScaling.Mnist);

    private static Cifar10Examples LoadImages(string folder, CifarPart part) => Cifar10Examples.Load(FindCifar10(folder)!, part);

    private static Problem Generate(string name, Network network, ulong seed)
    {
        var templates = new ClassTemplates(network.InputShape, network.ClassCount, CounterRandom.At(seed, 0));
        IExampleSource training = new GeneratedExamples(templates, network.InputShape, count: 1100, CounterRandom.At(seed, 1));
        IExampleSource test = new GeneratedExamples(templates, network.InputShape, count: 200, CounterRandom.At(seed, 2));
        return ImageProblem.Create(name, network, training, test, (Public: 50, Validation: 50, Devices: 50), Alpha, seed) with { BaseEpochs = 1, PatienceJobs = 60, Capacity = 5, Concurrency = 15 };
    }
}
