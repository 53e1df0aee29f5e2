using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using ZooLearning.Learning;

namespace ZooLearning.Data;

/// <summary>Represents the examples of one network.</summary>
/// <param name="Name">The name of the data set.</param>
/// <param name="Public">The examples of the server, on which the base is trained.</param>
/// <param name="Private">The examples that are divided among the devices.</param>
/// <param name="Test">The test examples.</param>
internal sealed record ZooData(string Name, IExampleSource Public, IExampleSource Private, IExampleSource Test)
{
    private const int People = 23, PublicPeople = 4, TestPeople = 5;

    /// <summary>Opens the data of a network.</summary>
    /// <param name="folder">The folder with the data sets; null for synthetic data.</param>
    /// <param name="entry">The network.</param>
    /// <param name="seed">The seed of synthetic data and of the selection of real examples.</param>
    public static ZooData Open(string? folder, ZooEntry entry, ulong seed)
    {
        try
        {
            ZooData? real = folder is null ? null : entry.Data switch
            {
                DataKind.Mnist => OpenMnist(Path.Combine(folder, "mnist")),
                DataKind.Cifar10 => OpenCifar10(Path.Combine(folder, "cifar-10-batches-bin"), entry),
                _ => OpenWearables(Path.Combine(folder, "wearables"), entry),
            };
            return real is null ? Generate(entry, seed) : real.Take(entry, seed);
        }
        catch (Exception bad) when (bad is IOException or InvalidDataException or FormatException)
        {
            throw new InputException($"--data: {bad.Message}", bad);
        }
    }

    /// <summary>Computes a hash of all inputs and labels, so that results of other data are not mistaken for those of this data.</summary>
    public ulong ComputeHash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (IExampleSource examples in (IExampleSource[])[Public, Private, Test])
        {
            float[] input = new float[examples.InputLength];
            for (int i = 0; i < examples.Count; i++)
            {
                int label = examples.CopyTo(i, input);
                hash.AppendData(MemoryMarshal.AsBytes(input.AsSpan()));
                hash.AppendData([(byte)label]);
            }
        }

        return BinaryPrimitives.ReadUInt64BigEndian(hash.GetHashAndReset());
    }

    private static ZooData? OpenMnist(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        IdxExamples training = Load("train"), test = Load("t10k");
        return Divide("MNIST", training, test);

        IdxExamples Load(string part) => IdxExamples.Load(
            Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"), PixelScaling.Mnist);
    }

    private static ZooData? OpenCifar10(string folder, ZooEntry entry)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        return Divide("CIFAR-10", Sized(CifarPart.Train), Sized(CifarPart.Test));

        IExampleSource Sized(CifarPart part)
        {
            Cifar10Examples images = Cifar10Examples.Load(folder, part);
            int factor = entry.Network.InputShape.Height / Cifar10Examples.Side;
            bool isTwoClasses = entry.Network.ClassCount == 2;
            return factor == 1 ? images : new EnlargedExamples(images, factor, label => isTwoClasses ? (label is >= 2 and <= 7 ? 1 : 0) : label); // animals: 2 to 7
        }
    }

    private static ZooData? OpenWearables(string folder, ZooEntry entry)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        int frames = entry.Network.InputLength / WearableExamples.Values;
        return new ZooData(
            "wearables",
            WearableExamples.Load(folder, frames, 1, PublicPeople),
            WearableExamples.Load(folder, frames, PublicPeople + 1, People - TestPeople),
            WearableExamples.Load(folder, frames, People - TestPeople + 1, People));
    }

    private static ZooData Divide(string name, IExampleSource training, IExampleSource test)
    {
        int share = training.Count / 5;
        return new ZooData(name, Range(training, 0, share), Range(training, share, training.Count), test);
    }

    private static ChosenExamples Range(IExampleSource source, int first, int last) => new(source, [.. Enumerable.Range(first, last - first)]);

    private static ZooData Generate(ZooEntry entry, ulong seed)
    {
        Network network = entry.Network;
        var templates = new ClassTemplates(network.InputShape, network.ClassCount == 0 ? 10 : network.ClassCount, CounterRandom.At(seed, 0));
        return new ZooData("synthetic", Make(entry.PublicExamples, 1), Make(entry.Devices * entry.ExamplesPerDevice, 2), Make(entry.TestExamples, 3));

        GeneratedExamples Make(int count, ulong part) => new(templates, network.InputShape, count, CounterRandom.At(seed, part));
    }

    /// <summary>Selects the number of examples that the entry needs, at random.</summary>
    private ZooData Take(ZooEntry entry, ulong seed)
    {
        return this with
        {
            Public = Some(Public, entry.PublicExamples, 1),
            Private = Some(Private, entry.Devices * entry.ExamplesPerDevice, 2),
            Test = Some(Test, entry.TestExamples, 3),
        };

        ChosenExamples Some(IExampleSource source, int count, ulong part) => new(
            source, [.. Enumerable.Range(0, source.Count).OrderBy(i => CounterRandom.At(CounterRandom.At(seed, part), (ulong)i)).Take(count)]);
    }
}
