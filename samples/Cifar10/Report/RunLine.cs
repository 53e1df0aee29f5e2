using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cifar10.Report;

/// <summary>Represents the result of one rule with one seed, a line of JSON.</summary>
/// <param name="Cell">The setting's name.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Network">The network.</param>
/// <param name="Devices">The number of devices.</param>
/// <param name="Stragglers">The share of stragglers.</param>
/// <param name="Slowdown">The factor by which stragglers are slower.</param>
/// <param name="Alpha">The concentration of the Dirichlet distribution of classes; null for identical devices.</param>
/// <param name="Concurrency">The number of devices that train at the same time.</param>
/// <param name="BaseAccuracy">The base model's accuracy on all test images.</param>
/// <param name="Target">The accuracy to reach, on the images of evaluations during the run.</param>
/// <param name="TimeToTarget">The virtual seconds until the target was reached; null if it was not.</param>
/// <param name="TimeToGain">The virtual seconds until the accuracy exceeded the base model's by each number of points, on the same images; null if it did not.</param>
/// <param name="BytesToTarget">The bytes uploaded and downloaded until the target was reached.</param>
/// <param name="FinalAccuracy">The last model's accuracy on all test images.</param>
/// <param name="StragglerAccuracy">The accuracy of the last model, weighted by the class distribution of stragglers.</param>
/// <param name="Time">The virtual seconds of the whole run.</param>
/// <param name="BytesUp">The bytes that devices uploaded.</param>
/// <param name="BytesDown">The bytes that devices downloaded.</param>
/// <param name="DeviceBytes">The memory that training takes on a device.</param>
/// <param name="MultiplyAdds">The multiply-adds of all devices.</param>
/// <param name="WastedShare">The share of multiply-adds whose result was not used.</param>
/// <param name="Trips">The jobs begun.</param>
/// <param name="Jitter">The variation of the accuracy between evaluations.</param>
/// <param name="Complete">True if the run ended; false if it was stopped and the values are partial.</param>
internal sealed record RunLine(
    string Cell,
    string Rule,
    ulong Seed,
    string Network,
    int Devices,
    double Stragglers,
    double Slowdown,
    double? Alpha,
    int Concurrency,
    double BaseAccuracy,
    double? Target,
    double? TimeToTarget,
    IReadOnlyDictionary<string, double?> TimeToGain,
    long? BytesToTarget,
    double FinalAccuracy,
    double StragglerAccuracy,
    double Time,
    long BytesUp,
    long BytesDown,
    long DeviceBytes,
    long MultiplyAdds,
    double WastedShare,
    long Trips,
    double Jitter,
    bool Complete = true)
{
    public string ToJson() => JsonSerializer.Serialize(this, RunLineJson.Default.RunLine);

    public static RunLine? FromJson(string text) => JsonSerializer.Deserialize(text, RunLineJson.Default.RunLine);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunLine))]
internal sealed partial class RunLineJson : JsonSerializerContext;
