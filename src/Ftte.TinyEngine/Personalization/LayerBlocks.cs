using Ftte.TinyEngine.ErrorMessages;

namespace Ftte.TinyEngine.Personalization;

/// <summary>Selects the blocks of layers by name.</summary>
internal static class LayerBlocks
{
    /// <summary>Selects layers by name, or else those that match.</summary>
    /// <param name="network">The network.</param>
    /// <param name="normalization">The source of the statistics, which decides whether running statistics can be selected.</param>
    /// <param name="names">The names of layers or blocks; none for the layers that match.</param>
    /// <param name="matching">Returns the layers that are selected without names.</param>
    /// <exception cref="ArgumentException">A name is not in the network, or nothing is selected.</exception>
    public static ParameterSelection Select(
        Network network, NormalizationMode normalization, IReadOnlyCollection<string> names, Func<IEnumerable<Operation>, IEnumerable<Operation>> matching)
    {
        ArgumentNullException.ThrowIfNull(network);
        Operation[] layers = [.. network.Operations.Where(o => o.Parameters.Length > 0)];
        IEnumerable<ParameterBlock> blocks = names.Count == 0 ? matching(layers).SelectMany(o => o.Parameters) : names.SelectMany(name => Find(layers, name));
        ParameterSelection trainable = network.GetTrainable(normalization);
        ParameterSelection chosen = ParameterSelection.Create(network.Layout.ParameterCount, blocks.Select(b => b.Range));
        ParameterSelection personal = chosen.Except(chosen.Except(trainable));
        return personal.Count > 0 ? personal : throw new ArgumentException(
            $"The network has no such layer with trainable parameters. Its layers are {NameList.Format(layers.Select(o => o.Name))}. Specify one of them, or choose another policy.", nameof(network));
    }

    private static ParameterBlock[] Find(Operation[] layers, string name)
    {
        ParameterBlock[] found = [.. layers.Where(o => o.Name == name).SelectMany(o => o.Parameters), .. layers.SelectMany(o => o.Parameters).Where(b => b.Name == name)];
        return found.Length > 0 ? found : throw new ArgumentException(
            $"The network has no layer or block '{name}'. Specify a block or one of the layers with parameters: {NameList.Format(layers.Select(o => o.Name))}.", nameof(name));
    }
}
