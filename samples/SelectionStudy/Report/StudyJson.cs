using System.Text.Json;
using System.Text.Json.Serialization;
using Ftte;
using SelectionStudy.Running;

namespace SelectionStudy.Report;

/// <summary>Writes every run as JSON.</summary>
internal static class StudyJson
{
    public static void Write(string path, StudyFacts facts) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(facts, StudyJsonContext.Default.StudyFacts));
}

/// <summary>What is written.</summary>
/// <param name="BaseAccuracy">The base model's accuracy on the test pictures.</param>
/// <param name="EagerBytes">What training everything takes without a plan.</param>
/// <param name="Updates">The updates of every run.</param>
/// <param name="Devices">The number of devices.</param>
/// <param name="Runs">The runs.</param>
internal sealed record StudyFacts(double BaseAccuracy, long EagerBytes, int Updates, int Devices, IReadOnlyList<StudyRun> Runs);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StudyFacts))]
internal sealed partial class StudyJsonContext : JsonSerializerContext;
