using Ftte.TinyEngine;

namespace Ftte.Benchmarks;

/// <summary>Creates the networks to measure: those of the zoo, and shapes that the zoo does not have.</summary>
internal static class BenchmarkNetworks
{
    private const string Group = "-group";

    /// <summary>Gets the names that <see cref="Create"/> accepts. Networks of the zoo have frozen batch normalization, and group normalization with the suffix <c>-group</c>.</summary>
    public static string[] Names { get; } = [.. NetworkZoo.Names, "mlp-512", "cnn-128", .. NetworkZoo.Names.Select(name => name + Group)];

    /// <summary>Creates a network.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static Network Create(string name) => name switch
    {
        "mlp-512" => NetworkZoo.Mlp(hidden: 512),
        "cnn-128" => Network.Build(32, 32, 3)
            .Conv("conv1", 32, kernel: 3, padding: 1).Relu().Conv("conv2", 32, kernel: 3, padding: 1).Relu().MaxPool(2)
            .Conv("conv3", 64, kernel: 3, padding: 1).Relu().Conv("conv4", 64, kernel: 3, padding: 1).Relu().MaxPool(2)
            .Conv("conv5", 128, kernel: 3, padding: 1).Relu().MaxPool(2)
            .Flatten().Linear("fc1", 256).Relu().Linear("fc2", 10).SoftmaxCrossEntropy(),
        _ => name.EndsWith(Group, StringComparison.Ordinal) ? NetworkZoo.Create(name[..^Group.Length], NormalizationKind.Group) : NetworkZoo.Create(name, NormalizationKind.Batch),
    };

    /// <summary>Returns the last blocks that make up a third of the parameters: one more for as long as those after it have fewer.</summary>
    public static ParameterSelection LastThird(Network network)
    {
        int left = network.Trainable.Count / 3;
        var ranges = new List<ParameterRange>();
        foreach (ParameterBlock block in network.Layout.Blocks.Reverse().Where(b => network.Trainable.Contains(b.Range.Start)))
        {
            if (left > 0)
            {
                ranges.Add(block.Range);
                left -= block.Range.Length;
            }
        }

        return ParameterSelection.Create(network.Layout.ParameterCount, ranges);
    }
}
