using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cifar10.Converge;

/// <summary>Represents what a rule needs until it reaches one accuracy, a line of JSON.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Format">The format of values in both directions.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Target">The accuracy.</param>
/// <param name="TimeToTarget">The virtual seconds until then; null if the accuracy was not reached, as the values up to the energy.</param>
/// <param name="BytesUp">The bytes that devices sent until then.</param>
/// <param name="BytesDown">The bytes that devices received until then.</param>
/// <param name="Trips">The jobs begun until then.</param>
/// <param name="MultiplyAdds">The multiply-adds of devices until then.</param>
/// <param name="Joules">The energy of the jobs that ended by then, in joules, for the assumed power of the devices.</param>
/// <param name="DeviceBytes">The peak memory on a device.</param>
/// <param name="Plateau">The accuracy of the last model on all test examples.</param>
/// <param name="WorstTenth">The mean accuracy of the tenth of the devices for which the last model is worst.</param>
internal sealed record ConvergeLine(
    string Problem,
    string Rule,
    string Format,
    ulong Seed,
    double Target,
    double? TimeToTarget,
    long? BytesUp,
    long? BytesDown,
    long? Trips,
    long? MultiplyAdds,
    double? Joules,
    long DeviceBytes,
    double Plateau,
    double WorstTenth)
{
    public string ToJson() => JsonSerializer.Serialize(this, ConvergeLineJson.Default.ConvergeLine);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ConvergeLine))]
internal sealed partial class ConvergeLineJson : JsonSerializerContext;
