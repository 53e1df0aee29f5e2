using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Reads CIFAR-10, with errors that the command line shows unchanged.</summary>
internal static class Cifar10Files
{
    /// <summary>Reads the training and test images.</summary>
    /// <param name="folder">The folder with the binary files.</param>
    /// <exception cref="InputException">A file cannot be read or is invalid.</exception>
    public static (Cifar10Examples Training, Cifar10Examples Test) Load(string folder)
    {
        try
        {
            return (Cifar10Examples.Load(folder, CifarPart.Train), Cifar10Examples.Load(folder, CifarPart.Test));
        }
        catch (Exception bad) when (bad is IOException or InvalidDataException)
        {
            throw new InputException(bad.Message, bad);
        }
    }
}
