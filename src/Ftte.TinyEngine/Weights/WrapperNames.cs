namespace Ftte.TinyEngine;

/// <summary>Finds tensors whose names contain parts that PyTorch's module wrappers add, such as <c>_orig_mod.</c> of <c>torch.compile</c>.</summary>
internal static class WrapperNames
{
    /// <summary>Parts that wrappers add anywhere in a name: torch.compile, fully sharded training and activation checkpointing.</summary>
    private static readonly string[] Parts = ["_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"];

    /// <summary>The prefix that data-parallel training and averaged models add. A model may have a module with this name at another level.</summary>
    private const string Front = "module";

    /// <summary>Maps names to those in a file that differ from them only by the parts that wrappers add.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">The names without the parts that wrappers add.</param>
    /// <returns>The names in the file, in the same order; null if a name is missing or ambiguous.</returns>
    public static string[]? Find(SafetensorsFile file, string[] names)
    {
        // Null marks an ambiguous name, which several names in the file reduce to.
        var byName = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (string name in file.Tensors.Select(tensor => tensor.Name).Concat(file.Metadata.Keys.Where(key => file.TryFind(key, out _))).Distinct(StringComparer.Ordinal))
        {
            string plain = Unwrap(name);
            byName[plain] = byName.ContainsKey(plain) ? null : name;
        }

        return Array.TrueForAll(names, name => byName.GetValueOrDefault(name) is not null) ? Array.ConvertAll(names, name => byName[name]!) : null;
    }

    /// <summary>Returns the common prefix of names in a file, for the advice in an error message.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">The names that are expected.</param>
    /// <returns>The prefix of most of the names, with its dot; null if no name has one.</returns>
    public static string? CommonPrefix(SafetensorsFile file, string[] names)
    {
        // Only prefixes of the first few names are tried, so that a malicious file cannot make the search slow.
        const int Tried = 8;
        return names.Take(Tried)
            .SelectMany(name => file.Tensors.Where(tensor => tensor.Name.EndsWith("." + name, StringComparison.Ordinal)).Take(Tried).Select(tensor => tensor.Name[..^name.Length]))
            .Distinct(StringComparer.Ordinal)
            .MaxBy(prefix => names.Count(name => file.TryFind(prefix + name, out _)));
    }

    private static string Unwrap(string name)
    {
        string[] parts = [.. name.Split('.').Where(part => !Parts.Contains(part))];
        return string.Join('.', parts is [Front, _, ..] ? parts[1..] : parts);
    }
}
