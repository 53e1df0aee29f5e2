using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cifar10.Report;

/// <summary>One rule with one seed, as a line of JSON.</summary>
/// <param name="Cell">The setting's name.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Network">The network.</param>
/// <param name="Devices">The number of devices.</param>
/// <param name="Stragglers">The share of stragglers.</param>
/// <param name="Slowdown">How many times slower they are.</param>
/// <param name="Alpha">The concentration of devices' tastes; null for devices that are all alike.</param>
/// <param name="Concurrency">How many devices are at work.</param>
/// <param name="BaseAccuracy">The base model's accuracy on all test pictures.</param>
/// <param name="Target">The accuracy to reach, on the pictures that are looked at on the way.</param>
/// <param name="TimeToTarget">The virtual seconds until it was reached; null if it was not.</param>
/// <param name="TimeToGain">The virtual seconds until the accuracy was so many points above the base model's, on the same pictures; null where it was not.</param>
/// <param name="BytesToTarget">The bytes up and down until then.</param>
/// <param name="FinalAccuracy">The last model's accuracy on all test pictures.</param>
/// <param name="StragglerAccuracy">The same, as the classes are mixed in what stragglers hold.</param>
/// <param name="Time">The virtual seconds of the whole run.</param>
/// <param name="BytesUp">What devices sent.</param>
/// <param name="BytesDown">What devices received.</param>
/// <param name="DeviceBytes">The memory that training takes on a device.</param>
/// <param name="MultiplyAdds">What devices computed.</param>
/// <param name="WastedShare">The share of it that did not count.</param>
/// <param name="Trips">The jobs begun.</param>
/// <param name="Jitter">How much accuracy jumps between looks.</param>
/// <param name="Complete">Whether the run came to its end; one that was stopped tells how far it was.</param>
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
