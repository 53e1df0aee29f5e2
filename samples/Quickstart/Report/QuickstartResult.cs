using System.Text.Json.Serialization;

namespace Quickstart;

/// <summary>What came out.</summary>
/// <param name="Ftte">FTTE's figures.</param>
/// <param name="FedAvg">Those of synchronous FedAvg on the same devices.</param>
/// <param name="Base">The accuracy of the base model that both started from, 0 to 1.</param>
/// <param name="Target">The accuracy to reach, 0 to 1.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Devices">How many devices took part.</param>
/// <param name="WallSeconds">How long all of it really took, in seconds.</param>
internal sealed record QuickstartResult(
    MethodResult Ftte,
    [property: JsonPropertyName("fedavg")] MethodResult FedAvg,
    double Base,
    double Target,
    int Seed,
    int Devices,
    double WallSeconds);

/// <summary>The figures of one method.</summary>
/// <param name="Accuracy">The share of the test digits read rightly at the end, 0 to 1.</param>
/// <param name="TimeToTarget">The virtual time until the target was reached, in seconds; null when it was not.</param>
/// <param name="DeviceBytes">The memory that training takes on a device: FTTE's as planned, FedAvg's as a framework without a plan holds it.</param>
/// <param name="PlannedBytes">The same as the engine plans it, for both methods.</param>
/// <param name="BytesUp">What all devices together sent until the target was reached, or in the whole run when it was not.</param>
/// <param name="BytesDown">What they received in that time.</param>
internal sealed record MethodResult(double Accuracy, double? TimeToTarget, long DeviceBytes, long PlannedBytes, long BytesUp, long BytesDown);
