namespace Ftte.TinyEngine;

/// <summary>Loads the parameters of a network from a file and saves them to a file.</summary>
public static class NetworkWeights
{
    /// <summary>Reads parameters from a safetensors file, with the shapes that PyTorch gives them.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Receives the flat vector. Unchanged if an exception is thrown.</param>
    /// <param name="options">The options of matching names; null for the same names and no extra tensors.</param>
    /// <exception cref="InvalidDataException">The file is invalid, lacks a tensor, has an extra tensor, or has one with another shape; the message states the problem and the solution.</exception>
    /// <exception cref="ArgumentException">The vector does not have the length of the network's parameters, or a name in the file is null.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void LoadWeights(this Network network, string path, Span<float> parameters, WeightFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.CheckFits(parameters);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        WeightExchange.Load(file, network.WeightEntries(), parameters, options);
    }

    /// <summary>Writes parameters to a safetensors file, with the shapes that PyTorch gives them.</summary>
    /// <remarks>
    /// The complete file replaces an existing one in one step. If writing fails, the existing file is unchanged and no temporary file remains. Several threads
    /// or processes may save to the same file: the last one to finish wins.
    /// </remarks>
    /// <param name="network">The network.</param>
    /// <param name="path">The file. An existing file is replaced; a link is followed.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="format">The format of the values.</param>
    /// <param name="options">The names of the tensors in the file; null for the network's own names.</param>
    /// <exception cref="ArgumentException">The vector does not have the length of the network's parameters, or two parameters have the same name in the file.</exception>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder is write-protected.</exception>
    public static void SaveWeights(
        this Network network,
        string path,
        ReadOnlySpan<float> parameters,
        SafetensorsFormat format = SafetensorsFormat.Float32,
        WeightFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        network.CheckFits(parameters);
        AtomicFile.Write(path, parameters, (stream, values) => WeightExchange.Save(stream, network.WeightEntries(), values, format, options));
    }

    private static WeightEntry[] WeightEntries(this Network network) =>
        [.. network.Operations.SelectMany(o => o.Blocks.Select((b, i) => new WeightEntry(b.Name, b.View, b.FileShape, o.Parameters[i].Range)))];
}
