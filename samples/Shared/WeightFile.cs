using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Reads and writes weights in safetensors files, with errors that the command line shows unchanged.</summary>
internal static class WeightFile
{
    /// <summary>Reads the network's weights.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector, filled.</param>
    /// <param name="option">The option that specifies the file, for the error message.</param>
    /// <exception cref="InputException">The file cannot be read or is invalid.</exception>
    public static void Read(string path, Network network, Span<float> parameters, string option = "--weights")
    {
        try
        {
            network.LoadWeights(path, parameters);
        }
        catch (Exception refused) when (refused is InvalidDataException)
        {
            throw new InputException($"{option}: {refused.Message}", refused);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{option}: {path} cannot be read; check that it exists and that you may read it.", refused);
        }
    }

    /// <summary>Writes the network's weights.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="option">The option that specifies the file, for the error message.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, Network network, ReadOnlySpan<float> parameters, string option = "--save")
    {
        try
        {
            network.SaveWeights(path, parameters);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{option}: {refused.Message}", refused);
        }
    }
}
