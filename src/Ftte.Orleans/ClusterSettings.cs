using System.Buffers;
using System.Globalization;
using System.Text;
using Ftte.Aggregation;
using Ftte.Numerics;
using Ftte.Selection;
using Ftte.Serialization;

namespace Ftte.Orleans;

/// <summary>Defines what all silos of a federation compute alike.</summary>
internal static class ClusterSettings
{
    /// <summary>Describes what all silos must agree on.</summary>
    public static string Describe(ParameterLayout layout, SelectionHistory selections, BufferedAggregatorOptions aggregator, int shards) => string.Create(CultureInfo.InvariantCulture,
        $"layout {layout.Fingerprint:x16}, {selections.Current.Selection.Count} selected coordinates ({Hash(selections.Current.Selection):x8}), {selections.Capacity} selections, capacity {aggregator.Capacity}, {shards} shards");

    private static uint Hash(ParameterSelection selection)
    {
        var output = new ArrayBufferWriter<byte>();
        new StateWriter(output).Selection(selection);
        return Crc32C.Compute(output.WrittenSpan);
    }

    /// <summary>Returns the number of the shard that serves a client.</summary>
    public static int GetShard(ClientId client, int shards) => (int)(Crc32C.Compute(Encoding.UTF8.GetBytes(client.Value)) % (uint)shards);
}
