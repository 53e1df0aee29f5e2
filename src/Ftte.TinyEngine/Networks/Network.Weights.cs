namespace Ftte.TinyEngine;

public sealed partial class Network
{
    /// <summary>Reads parameters from a safetensors file, with the shapes that PyTorch gives them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Receives the flat vector. If this throws, nothing has changed.</param>
    /// <param name="options">How names are matched; null for the same names and no extra tensors.</param>
    /// <exception cref="InvalidDataException">The file is broken, lacks a tensor, has one too many, or one of another shape; the message says which and what to do.</exception>
    /// <exception cref="ArgumentException">The vector is not the network's, or names do not map one to one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void LoadWeights(string path, Span<float> parameters, WeightFileOptions? options = null)
    {
        CheckLength(parameters);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        WeightExchange.Load(file, WeightEntries(), parameters, options);
    }

    /// <summary>Writes parameters to a safetensors file, with the shapes that PyTorch gives them. The file is there only once it is whole.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="format">How values are written.</param>
    /// <param name="options">What the tensors are called; null for the network's own names.</param>
    /// <exception cref="ArgumentException">The vector is not the network's, or names do not map one to one.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveWeights(
        string path, ReadOnlySpan<float> parameters, SafetensorsFormat format = SafetensorsFormat.Float32, WeightFileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        CheckLength(parameters);
        string whole = path + ".part";
        using (FileStream stream = File.Create(whole))
        {
            WeightExchange.Save(stream, WeightEntries(), parameters, format, options);
        }

        File.Move(whole, path, overwrite: true);
    }

    private WeightEntry[] WeightEntries() =>
        [.. Operations.SelectMany(o => o.Blocks.Select((b, i) => new WeightEntry(b.Name, b.View, b.FileShape, o.Parameters[i].Range)))];

    private void CheckLength(ReadOnlySpan<float> parameters)
    {
        if (parameters.Length != Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {Layout.ParameterCount} parameters, the vector {parameters.Length}.", nameof(parameters));
        }
    }
}
