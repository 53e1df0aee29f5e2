using System.Text;
using System.Text.Json;

namespace Ftte.Privacy.Reports;

/// <summary>Writes a report as JSON.</summary>
internal static class PrivacyReportJson
{
    public static string Write(PrivacyReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", report.Version.Number);
            Write(json, "protected", PrivacyStatements.Protected(report));
            if (report.DifferentialPrivacy is { } privacy)
            {
                Write(json, privacy);
            }

            if (report.SecureAggregation is { } secure)
            {
                json.WriteStartObject("secureAggregation");
                json.WriteNumber("cohortsCompleted", secure.Totals.Completed);
                json.WriteNumber("cohortsFailed", secure.Totals.Failed);
                json.WriteNumber("contributions", secure.Totals.Contributions);
                json.WriteNumber("minContributors", secure.Totals.MinContributors);
                json.WriteNumber("cohortSize", secure.CohortSize);
                json.WriteNumber("threshold", secure.Threshold);
                json.WriteNumber("quantizationBits", secure.Quantization.Bits);
                json.WriteNumber("quantizationStep", secure.Quantization.Step);
                json.WriteEndObject();
            }

            json.WriteBoolean("hasEvaluation", report.HasEvaluation);
            json.WriteBoolean("areMetricsCovered", false);
            Write(json, "trusted", PrivacyStatements.Trusted(report));
            Write(json, "notProtected", PrivacyStatements.NotProtected(report));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, DifferentialPrivacySection privacy)
    {
        json.WriteStartObject("differentialPrivacy");
        json.WriteString("unit", PrivacyStatements.Unit);
        json.WriteString("adjacency", PrivacyStatements.Adjacency);
        json.WriteNumber("epsilon", privacy.Spent.Epsilon);
        json.WriteNumber("delta", privacy.Spent.Delta);
        json.WriteNumber("versions", privacy.Spent.Versions);
        json.WriteNumber("maxVersions", privacy.Spent.MaxVersions);
        json.WriteNumber("epsilonOfRun", privacy.EpsilonOfRun);
        json.WriteString("formula", PrivacyStatements.Formula);
        json.WriteNumber("noiseMultiplier", privacy.NoiseMultiplier);
        json.WriteNumber("sensitivity", privacy.Sensitivity);
        json.WriteNumber("bands", privacy.Bands);
        json.WriteNumber("clippingNorm", privacy.ClippingNorm);
        json.WriteNumber("initialClippingNorm", privacy.InitialClippingNorm);
        json.WriteBoolean("isClippingAdaptive", privacy.IsClippingAdaptive);
        json.WriteNumber("capacity", privacy.Capacity);
        json.WriteNumber("maxParticipations", privacy.Limits.MaxParticipations);
        json.WriteNumber("minSeparation", privacy.Limits.MinSeparation);
        json.WriteNumber("clients", privacy.Clients);
        json.WriteNumber("maxContributions", privacy.MaxContributions);
        json.WriteBoolean("hasTestSeed", privacy.HasTestSeed);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> sentences)
    {
        json.WriteStartArray(name);
        foreach (string sentence in sentences)
        {
            json.WriteStringValue(sentence);
        }

        json.WriteEndArray();
    }
}
