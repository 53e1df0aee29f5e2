using System.Text.Json;
using System.Text.Json.Serialization;
using Ftte;

namespace TrainOnDevice.Report;

/// <summary>Writes the facts of a run as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunResult))]
internal sealed partial class ResultJson : JsonSerializerContext
{
    public static void Write(string path, RunResult result) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(result, Default.RunResult) + "\n");
}
