using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ftte.Simulation;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(SummaryEntry[]))]
internal sealed partial class SummaryJson : JsonSerializerContext
{
    public static string Of(IEnumerable<SimulationResult> results) => JsonSerializer.Serialize([.. results.Select(Ftte.Simulation.SummaryEntry.Of)], Default.SummaryEntryArray) + "\n";
}
