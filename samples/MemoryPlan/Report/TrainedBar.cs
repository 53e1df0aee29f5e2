using System.Collections.Immutable;
using MemoryPlan.Planning;

namespace MemoryPlan.Report;

/// <summary>Represents a bar: the trained part of a layer, or of a group of layers.</summary>
/// <param name="Name">The label.</param>
/// <param name="Parts">The trained share of the bar's parameters, by kind of layer.</param>
internal sealed record TrainedBar(string Name, ImmutableArray<(LayerKind Kind, double Share)> Parts)
{
    private const int MaxBars = 30;

    /// <summary>Gets the trained share of the whole bar.</summary>
    public double Share => Parts.Sum(part => part.Share);

    /// <summary>Creates the bars: one per layer, or if these are too many, one per layer with its normalization, or one per block.</summary>
    public static ImmutableArray<TrainedBar> Of(ImmutableArray<PlannedLayer> layers)
    {
        List<List<PlannedLayer>> groups = Group(layers, (_, _) => false);
        if (groups.Count > MaxBars)
        {
            groups = Group(layers, (_, next) => next.Kind == LayerKind.Normalization);
        }

        return groups.Count <= MaxBars
            ? [.. groups.Select(group => Describe(group[0].Name, group))]
            : [.. Group(layers, (first, next) => next.Kind == LayerKind.Normalization || BlockOf(next.Name) == BlockOf(first.Name)).Select(group => Describe(BlockOf(group[0].Name), group))];
    }

    private static List<List<PlannedLayer>> Group(ImmutableArray<PlannedLayer> layers, Func<PlannedLayer, PlannedLayer, bool> belongs)
    {
        var groups = new List<List<PlannedLayer>>();
        foreach (PlannedLayer layer in layers)
        {
            if (groups.Count > 0 && belongs(groups[^1][0], layer))
            {
                groups[^1].Add(layer);
            }
            else
            {
                groups.Add([layer]);
            }
        }

        return groups;
    }

    private static TrainedBar Describe(string name, List<PlannedLayer> layers)
    {
        double parameters = layers.Sum(layer => layer.Parameters);
        return new TrainedBar(
            name, [.. layers.GroupBy(layer => layer.Kind).OrderBy(kind => kind.Key).Select(kind => (kind.Key, kind.Sum(layer => layer.TrainedParameters) / parameters))]);
    }

    /// <summary>Removes the last part of a name such as <c>stage1.block1.conv1</c>; a name of one part is its own block.</summary>
    private static string BlockOf(string name) => name.LastIndexOf('.') is >= 0 and int dot ? name[..dot] : name;
}
