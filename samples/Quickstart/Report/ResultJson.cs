using System.Text.Json;
using System.Text.Json.Serialization;
using Ftte;

namespace Quickstart;

/// <summary>Writes the result as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(QuickstartResult))]
internal sealed partial class ResultJson : JsonSerializerContext
{
    public static string ToText(QuickstartResult result) => JsonSerializer.Serialize(result, Default.QuickstartResult) + "\n";

    public static void Write(string path, QuickstartResult result) => AtomicFile.WriteAllText(path, ToText(result));
}
