using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wearables.Learning;

/// <summary>Represents the result of a method on one kind of device in one fold with one seed, a line of JSON.</summary>
/// <param name="Settings">The settings that change results; a line with others is not used again.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Fold">The fold.</param>
/// <param name="Kind">The kind of device.</param>
/// <param name="Method">The name of the method.</param>
/// <param name="Seconds">The virtual duration of the federation; null without one, as the bytes.</param>
/// <param name="BytesUp">The bytes that devices sent.</param>
/// <param name="BytesDown">The bytes that devices received.</param>
/// <param name="DeviceBytes">The peak memory of training on a device; null without a federation.</param>
/// <param name="Scores">The scores of all devices.</param>
internal sealed record MethodResult(
    string Settings,
    ulong Seed,
    int Fold,
    string Kind,
    string Method,
    double? Seconds,
    long? BytesUp,
    long? BytesDown,
    long? DeviceBytes,
    ImmutableArray<Score> Scores)
{
    public string ToJson() => JsonSerializer.Serialize(this, MethodResultJson.Default.MethodResult);

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">The line is not valid.</exception>
    public static MethodResult FromJson(string line) => JsonSerializer.Deserialize(line, MethodResultJson.Default.MethodResult) ?? throw new JsonException("The line is null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MethodResult))]
internal sealed partial class MethodResultJson : JsonSerializerContext;
