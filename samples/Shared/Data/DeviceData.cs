using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Creates the examples of one device: generated ones, or its own part of MNIST.</summary>
internal static class DeviceData
{
    private const ulong TemplateSeed = 7;
    private const int Classes = 10;

    /// <summary>Generates examples. All devices share the classes; another seed gives other examples.</summary>
    public static IExampleSource Generate(Network network, int count, ulong seed)
    {
        ImageShape shape = network.InputShape;
        var templates = new ClassTemplates(shape, network.ClassCount > 0 ? network.ClassCount : Classes, TemplateSeed);
        return new GeneratedExamples(templates, shape, count, CounterRandom.At(TemplateSeed, seed));
    }

    /// <summary>Reads a device's part of MNIST, or of a data set with the same format.</summary>
    /// <exception cref="InputException">A file is missing, cannot be read or is invalid.</exception>
    public static IExampleSource ReadMnist(string folder, int count, ulong seed)
    {
        string images = MnistFiles.FindImages(folder, "train") ?? throw Missing(folder, "train-images-idx3-ubyte");
        string labels = MnistFiles.FindLabels(folder, "train") ?? throw Missing(folder, "train-labels-idx1-ubyte");
        try
        {
            IdxExamples all = IdxExamples.Load(images, labels);
            return all.Subset([.. Enumerable.Range(0, Math.Min(count, all.Count)).Select(i => (int)(CounterRandom.At(seed, (ulong)i) % (ulong)all.Count)).Distinct()]);
        }
        catch (Exception refused) when (refused is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--data '{folder}': {refused.Message}", refused);
        }
    }

    private static InputException Missing(string folder, string file) => new($"--data '{folder}': it has no {file}; specify the folder with MNIST's four files.");
}
