using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wearables.Privacy;

/// <summary>Represents the result of a setting with one seed, a line of JSON.</summary>
/// <param name="Settings">The settings that change results; a line with others is not used again.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Setting">The name of the setting.</param>
/// <param name="Clients">The number of clients.</param>
/// <param name="Parameters">The number of trained parameters.</param>
/// <param name="Start">The accuracy of the model that training starts from, on the held-out windows of the people who took part.</param>
/// <param name="Accuracy">The accuracy of the last version there.</param>
/// <param name="Newcomers">The accuracy of the last version on the held-out windows of people who took no part.</param>
/// <param name="Versions">The number of versions.</param>
/// <param name="Seconds">The virtual duration.</param>
/// <param name="Accepted">The number of accepted updates.</param>
/// <param name="Trips">The number of jobs that began.</param>
/// <param name="BytesUp">The bytes that devices sent.</param>
/// <param name="BytesDown">The bytes that devices received.</param>
internal sealed record PrivacyRow(
    string Settings, ulong Seed, string Setting, int Clients, int Parameters, double Start, double Accuracy, double Newcomers, long Versions, double Seconds, long Accepted, long Trips, long BytesUp, long BytesDown)
{
    /// <summary>Gets the clipping norm; null without differential privacy.</summary>
    public double? ClippingNorm { get; init; }

    /// <summary>Gets z, the noise divided by the clipping norm.</summary>
    public double? NoiseMultiplier { get; init; }

    /// <summary>Gets the most contributions of one client.</summary>
    public long? MaxContributions { get; init; }

    /// <summary>Gets the cohorts; null without secure aggregation.</summary>
    public CohortCosts? Cohorts { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, PrivacyRowJson.Default.PrivacyRow);

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">The line is not valid.</exception>
    public static PrivacyRow FromJson(string line) => JsonSerializer.Deserialize(line, PrivacyRowJson.Default.PrivacyRow) ?? throw new JsonException("The line is null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PrivacyRow))]
internal sealed partial class PrivacyRowJson : JsonSerializerContext;
