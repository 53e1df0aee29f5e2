using System.Collections.Immutable;
using Ftte.Samples.Shared;
using MemoryPlan.Planning;
using Spectre.Console;

namespace MemoryPlan.Report;

/// <summary>Shows the trained part of each layer and its cost.</summary>
internal static class LayerTable
{
    private const int MaxRows = 24;
    private const int MinWidth = 100; // for the names of two layers in one cell

    public static void Write(IAnsiConsole console, ImmutableArray<PlannedLayer> layers)
    {
        AdaptiveTable table = new AdaptiveTable()
            .AddColumn("Layer")
            .AddColumn("Trained")
            .AddColumn("Share", isNumber: true)
            .AddColumn("Adds", isNumber: true)
            .AddColumn("of", isNumber: true)
            .AddColumn("Held", isNumber: true)
            .AddColumn("Saved", isNumber: true);
        for (int i = 0; i < layers.Length;)
        {
            int count = layers.Length > MaxRows ? layers.Skip(i).TakeWhile(layer => !layer.IsTrained).Count() : 0;
            if (count > 1)
            {
                AddFolded(table, layers.Slice(i, count), console.Profile.Width < MinWidth);
                i += count;
            }
            else
            {
                AddRow(table, layers[i++]);
            }
        }

        table.Write(console);
        console.WriteText(
            "Share: the trained part of the layer's parameters. Adds: its importance, of the importance of the whole layer; the total is 100 %. "
            + "Held: kept during the whole step for the trained part. Saved: kept for the backward pass.");
    }

    private static void AddRow(AdaptiveTable table, PlannedLayer layer)
    {
        string style = layer.IsTrained ? "default" : "dim";
        string[] cells =
        [
            layer.Name,
            layer.Choice ?? "nothing",
            layer.IsTrained ? Units.Percent(layer.TrainedShare) : "",
            layer.IsTrained ? Units.Percent(layer.TrainedImportanceShare) : "",
            Units.Percent(layer.ImportanceShare),
            Bytes(layer.HeldBytes),
            Bytes(layer.SavedBytes),
        ];
        table.AddRow(cells, style);
    }

    private static void AddFolded(AdaptiveTable table, ImmutableArray<PlannedLayer> layers, bool isNarrow)
    {
        string[] cells =
        [
            isNarrow ? $"{layers.Length} layers" : $"{layers[0].Name} to {layers[^1].Name}",
            isNarrow ? "nothing" : $"nothing in {layers.Length} layers",
            "",
            "",
            Units.Percent(layers.Sum(layer => layer.ImportanceShare)),
            "",
            Bytes(layers.Sum(layer => layer.SavedBytes)),
        ];
        table.AddRow(cells, "dim");
    }

    private static string Bytes(long bytes) => bytes == 0 ? "" : ByteSize.ToCell(bytes);
}
