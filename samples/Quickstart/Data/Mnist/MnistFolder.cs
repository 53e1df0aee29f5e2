using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>The folder with MNIST's four files, each plain or with .gz, under any of the usual names.</summary>
internal static class MnistFolder
{
    /// <summary>Reads the 60,000 examples to train from.</summary>
    /// <exception cref="InputException">A file is missing or not what it should be.</exception>
    public static IdxExamples ReadTraining(string folder) => Read(folder, "train");

    /// <summary>Reads the 10,000 examples to test with.</summary>
    /// <exception cref="InputException">A file is missing or not what it should be.</exception>
    public static IdxExamples ReadTest(string folder) => Read(folder, "t10k");

    private static IdxExamples Read(string folder, string set)
    {
        string imagesFile = MnistFiles.FindImages(folder, set) ?? throw Missing(folder, $"{set}-images-idx3-ubyte");
        string labelsFile = MnistFiles.FindLabels(folder, set) ?? throw Missing(folder, $"{set}-labels-idx1-ubyte");
        IdxExamples digits;
        try
        {
            digits = IdxExamples.Load(imagesFile, labelsFile);
        }
        catch (InvalidDataException bad)
        {
            throw new InputException(bad.Message, bad);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--mnist: '{folder}' cannot be read; give a folder with files that you may read.", unreadable);
        }

        return (digits.Height, digits.Width, digits.Channels) is (LabelledImages.Side, LabelledImages.Side, 1)
            ? digits
            : throw new InputException(
                $"{imagesFile}: its images are {digits.Height} x {digits.Width} x {digits.Channels}, not 28 x 28 x 1; give MNIST or a set of the same size.");
    }

    private static InputException Missing(string folder, string name) =>
        new($"--mnist: '{folder}' has neither {name} nor {name}.gz; put MNIST's four files there.");
}
