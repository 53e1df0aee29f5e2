using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine;

/// <summary>Reads the flat vector of a network from a file of weights, and writes it to such a file.</summary>
internal static class WeightExchange
{
    /// <summary>The suffix of the names of the counters that PyTorch stores with the statistics of batch normalization.</summary>
    private const string Counter = "num_batches_tracked";

    /// <summary>Reads the tensors of all entries.</summary>
    /// <param name="file">The file.</param>
    /// <param name="entries">The tensors of the network; each must be in the file.</param>
    /// <param name="parameters">Receives the values at the ranges of the entries; other values do not change. Unchanged if an exception is thrown.</param>
    /// <param name="options">The options of matching names; the same names and no extra tensors by default.</param>
    /// <remarks>Two entries may map to the same tensor, because a model can share weights between layers.</remarks>
    /// <exception cref="InvalidDataException">The file lacks a tensor, has an extra tensor, or has one with another shape or type; the message states the problem and the solution.</exception>
    /// <exception cref="ArgumentException">The entries contradict each other or the vector.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Load(SafetensorsFile file, IReadOnlyList<WeightEntry> entries, Span<float> parameters, WeightFileOptions? options = null)
    {
        ThrowUnlessConsistent(entries, parameters.Length);
        string[] names = NamesInFile(entries, options);
        names = Match(file, entries, names, allowExtra: options?.AllowExtra ?? false);

        // Reading can fail in the last tensor, so all tensors are read before the vector changes.
        float[] loaded = parameters.ToArray();
        float[] scratch = new float[MaxLength(entries)];
        for (int i = 0; i < names.Length; i++)
        {
            Span<float> values = scratch.AsSpan(0, entries[i].Range.Length);
            file.Read(names[i], values);
            AxisOrder.FromFile(values, loaded.AsSpan(entries[i].Range.Start, values.Length), entries[i].ViewShape);
        }

        loaded.CopyTo(parameters);
    }

    /// <summary>Writes the tensors of all entries.</summary>
    /// <param name="stream">The destination; stays open.</param>
    /// <param name="entries">The network's tensors.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="format">The format of the values.</param>
    /// <param name="options">The names of the tensors; the network's own names by default.</param>
    /// <exception cref="ArgumentException">The entries contradict each other or the vector, or two have the same name in the file. Nothing has been written.</exception>
    /// <exception cref="IOException">The stream cannot be written to.</exception>
    public static void Save(
        Stream stream, IReadOnlyList<WeightEntry> entries, ReadOnlySpan<float> parameters, SafetensorsFormat format, WeightFileOptions? options = null)
    {
        ThrowUnlessConsistent(entries, parameters.Length);
        string[] names = NamesInFile(entries, options);
        ThrowIfShared(entries, names);
        int[] order = SafetensorsWriter.OrderOf(names);

        // PyTorch's loaders expect "format": "pt".
        SafetensorsWriter.WriteHeader(
            stream, format, [.. order.Select(i => (names[i], entries[i].FileShape))], new Dictionary<string, string> { ["format"] = "pt" });
        float[] scratch = new float[MaxLength(entries)];
        foreach (int i in order)
        {
            Span<float> values = scratch.AsSpan(0, entries[i].Range.Length);
            AxisOrder.ToFile(parameters.Slice(entries[i].Range.Start, values.Length), values, entries[i].ViewShape);
            SafetensorsValues.Write(stream, format, values);
        }
    }

    /// <summary>Finds the tensor of each entry and validates the shapes.</summary>
    /// <returns>The names in the file.</returns>
    private static string[] Match(SafetensorsFile file, IReadOnlyList<WeightEntry> entries, string[] names, bool allowExtra)
    {
        if (!Array.TrueForAll(names, name => file.TryFind(name, out _)))
        {
            names = WrapperNames.Find(file, names) ?? throw Lacks(file, names);
        }

        string[] extra = ExtraOf(file, names);
        if (extra.Length > 0 && !allowExtra)
        {
            throw InvalidFile.Create(
                file.Name,
                $"it has tensors that the network does not have: {NameList.Format(extra)}",
                $"specify the weights of this network, or allow extra tensors with {nameof(WeightFileOptions)}.{nameof(WeightFileOptions.AllowExtra)}");
        }

        for (int i = 0; i < names.Length; i++)
        {
            _ = file.TryFind(names[i], out SafetensorsTensor? tensor);
            if (!tensor!.Shape.SequenceEqual(entries[i].FileShape.Select(size => (long)size)))
            {
                throw InvalidFile.Create(
                    file.Name,
                    $"tensor '{names[i]}' is [{string.Join(", ", tensor.Shape)}], but the network needs [{string.Join(", ", entries[i].FileShape)}]",
                    "specify the weights of a model with the same layers, in PyTorch's order of dimensions");
            }
        }

        return names;
    }

    private static InvalidDataException Lacks(SafetensorsFile file, string[] names)
    {
        string map = $"{nameof(WeightFileOptions)}.{nameof(WeightFileOptions.NameInFile)}";
        string advice = WrapperNames.CommonPrefix(file, names) is { } prefix
            ? $"names in the file begin with '{prefix}': add it with {map} = name => \"{prefix}\" + name, or save the whole model"
            : $"save the whole model, or map names to those in the file with {map}";
        string[] missing = [.. names.Where(name => !file.TryFind(name, out _))];
        return InvalidFile.Create(file.Name, $"it lacks {NameList.Format(missing)}; unused tensors in the file: {NameList.Format(ExtraOf(file, names))}", advice);
    }

    /// <summary>Returns the tensors that no entry uses, except PyTorch's counters.</summary>
    private static string[] ExtraOf(SafetensorsFile file, string[] names)
    {
        var used = names.Select(name => file.TryFind(name, out SafetensorsTensor? tensor) ? tensor.Name : name).ToHashSet(StringComparer.Ordinal);
        return [.. file.Tensors.Select(tensor => tensor.Name).Where(name => !used.Contains(name) && !name.EndsWith(Counter, StringComparison.Ordinal))];
    }

    private static string[] NamesInFile(IReadOnlyList<WeightEntry> entries, WeightFileOptions? options) =>
        [.. entries.Select(entry => options?.NameInFile is { } map ? map(entry.Name) ?? throw NoName(entry) : entry.Name)];

    private static ArgumentException NoName(WeightEntry entry) =>
        new($"{nameof(WeightFileOptions)}.{nameof(WeightFileOptions.NameInFile)} returned null for '{entry.Name}'. Return the name in the file.");

    private static void ThrowIfShared(IReadOnlyList<WeightEntry> entries, string[] names)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            if (!owners.TryAdd(names[i], entries[i].Name))
            {
                throw new ArgumentException(
                    $"The parameters '{owners[names[i]]}' and '{entries[i].Name}' are both named '{names[i]}' in the file, which is supported only for loading, for weights that layers share. "
                    + $"Return a different name for each from {nameof(WeightFileOptions)}.{nameof(WeightFileOptions.NameInFile)} to save.",
                    nameof(names));
            }
        }
    }

    private static int MaxLength(IReadOnlyList<WeightEntry> entries) => entries.Count == 0 ? 0 : entries.Max(entry => entry.Range.Length);

    private static void ThrowUnlessConsistent(IReadOnlyList<WeightEntry> entries, int parameterCount)
    {
        foreach (WeightEntry entry in entries)
        {
            _ = AxisOrder.Of(entry.ViewShape.Length);
            if (SafetensorsWriter.ElementsOf(entry.ViewShape) != entry.Range.Length || SafetensorsWriter.ElementsOf(entry.FileShape) != entry.Range.Length)
            {
                throw new ArgumentException($"'{entry.Name}' has {entry.Range.Length} values, but the shapes [{string.Join(", ", entry.ViewShape)}] and [{string.Join(", ", entry.FileShape)}]. Specify shapes with as many values.", nameof(entries));
            }

            if (entry.Range.Start < 0 || entry.Range.Start > parameterCount - entry.Range.Length)
            {
                throw new ArgumentException($"'{entry.Name}' lies at {entry.Range}, outside a vector of {parameterCount} values. Specify ranges within the vector.", nameof(entries));
            }
        }
    }
}
