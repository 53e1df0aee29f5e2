using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Creates the examples of one device: generated ones, or its own part of a data set.</summary>
internal static class DeviceData
{
    /// <summary>The memory that a device has for training by default, in bytes.</summary>
    public const long MemoryBytes = 1 << 20;

    private const ulong TemplateSeed = 7;
    private const int Classes = 10, MnistInputs = 28 * 28, Cifar10Inputs = 32 * 32 * 3;

    /// <summary>Generates examples. All devices share the classes; another seed gives other examples.</summary>
    public static IExampleSource Generate(Network network, int count, ulong seed)
    {
        ImageShape shape = network.InputShape;
        var templates = new ClassTemplates(shape, network.ClassCount > 0 ? network.ClassCount : Classes, TemplateSeed);
        return new GeneratedExamples(templates, shape, count, CounterRandom.At(TemplateSeed, seed));
    }

    /// <summary>Returns the examples with the targets of a network: labels, or the inputs themselves for an autoencoder.</summary>
    public static IExampleSource For(Network network, IExampleSource examples) => network.ClassCount == 0 ? new ReconstructionExamples(examples) : examples;

    /// <summary>Reads a device's part of the data set that a network is for: MNIST for 28 x 28 inputs, CIFAR-10 for 32 x 32 x 3, and one person of the wearables data for windows of ten values.</summary>
    /// <exception cref="InputException">The network is for none of them, or a file is missing, cannot be read or is invalid.</exception>
    public static IExampleSource Read(string folder, Network network, int count, ulong seed)
    {
        try
        {
            return network.InputLength switch
            {
                MnistInputs => Choose(ReadMnist(folder), count, seed),
                Cifar10Inputs => Choose(Cifar10Examples.Load(FindCifar10(folder), CifarPart.Train), count, seed),
                int inputs when network.ClassCount >= WearableExamples.ClassCount && inputs % WearableExamples.Values == 0 => ReadPerson(folder, inputs / WearableExamples.Values, count, seed),
                _ => throw new InputException($"--data: there is no data set for this network, whose input is {network.InputShape}; specify another --model, or omit --data."),
            };
        }
        catch (Exception refused) when (refused is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--data '{folder}': {refused.Message}", refused);
        }
    }

    /// <summary>Divides examples at random, because their classes may follow a pattern: a fifth, at least one, is held back to evaluate versions.</summary>
    /// <returns>The examples to train on, and those held back; null if there is only one example.</returns>
    public static (IExampleSource Training, IExampleSource? HeldBack) HoldBack(Network network, IExampleSource examples, ulong seed)
    {
        const int Parts = 5;
        if (examples.Count < 2)
        {
            return (For(network, examples), null);
        }

        int[] order = [.. Enumerable.Range(0, examples.Count).OrderBy(i => CounterRandom.At(seed, (ulong)i))];
        int held = Math.Max(1, examples.Count / Parts);
        return (For(network, new ChosenExamples(examples, order[held..])), For(network, new ChosenExamples(examples, order[..held])));
    }

    private static IdxExamples ReadMnist(string folder) => IdxExamples.Load(
        MnistFiles.FindImages(folder, "train") ?? throw Missing(folder, "train-images-idx3-ubyte"),
        MnistFiles.FindLabels(folder, "train") ?? throw Missing(folder, "train-labels-idx1-ubyte"));

    private static string FindCifar10(string folder) => Path.Combine(folder, "cifar-10-batches-bin") is var inner && Directory.Exists(inner) ? inner : folder;

    private static ChosenExamples ReadPerson(string folder, int frames, int count, ulong seed)
    {
        int people = Directory.GetDirectories(folder, "s??").Length;
        int person = people > 0 ? 1 + (int)(seed % (ulong)people) : throw new InputException($"--data '{folder}': it has no s01; specify the folder with a folder for each person of the wearables data.");
        return Choose(WearableExamples.Load(folder, frames, person, person), count, seed);
    }

    /// <summary>Chooses examples at random; another seed chooses others.</summary>
    private static ChosenExamples Choose(IExampleSource all, int count, ulong seed) =>
        new(all, [.. Enumerable.Range(0, Math.Min(count, all.Count)).Select(i => (int)(CounterRandom.At(seed, (ulong)i) % (ulong)all.Count)).Distinct()]);

    private static InputException Missing(string folder, string file) => new($"--data '{folder}': it has no {file}; specify the folder with MNIST's four files.");
}
