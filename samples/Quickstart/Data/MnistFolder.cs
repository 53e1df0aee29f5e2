using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>Reads MNIST from a folder, with errors that the command line shows unchanged.</summary>
internal static class MnistFolder
{
    /// <summary>Reads one of the two sets.</summary>
    /// <param name="folder">The folder; see <see cref="MnistFiles"/> for the names of its files.</param>
    /// <param name="set">The set: train or t10k.</param>
    /// <exception cref="InputException">A file is missing, cannot be read or is invalid.</exception>
    public static IdxExamples Read(string folder, string set)
    {
        string images = MnistFiles.FindImages(folder, set) ?? throw Missing(folder, $"{set}-images-idx3-ubyte");
        string labels = MnistFiles.FindLabels(folder, set) ?? throw Missing(folder, $"{set}-labels-idx1-ubyte");
        try
        {
            IdxExamples digits = IdxExamples.Load(images, labels);
            return (digits.Height, digits.Width, digits.Channels) == (DigitData.Side, DigitData.Side, 1) ? digits : throw new InvalidDataException(
                $"The file '{images}' has images of {digits.Height} x {digits.Width} x {digits.Channels}, not 28 x 28 x 1. Specify MNIST or a data set of the same size.");
        }
        catch (InvalidDataException invalid)
        {
            throw new InputException($"--mnist: {invalid.Message}", invalid);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--mnist '{folder}': the files cannot be read; specify a folder with files that you may read.", refused);
        }
    }

    private static InputException Missing(string folder, string name) =>
        new($"--mnist '{folder}': the folder has neither {name} nor {name}.gz; put MNIST's four files there.");
}
