using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Reports;

/// <summary>Represents what a run guarantees to its clients, and what it does not, generated from the records of the run.</summary>
/// <remarks>The figures are those of the aggregator's state, which is in the store, and of the cohorts since the server started. Immutable.</remarks>
public sealed record PrivacyReport
{
    private PrivacyReport()
    {
    }

    /// <summary>Gets the number of the current version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>Gets the guarantee of differential privacy; null if the run has none.</summary>
    public DifferentialPrivacySection? DifferentialPrivacy { get; private init; }

    /// <summary>Gets the guarantee of secure aggregation; null if updates reach the server in the clear.</summary>
    public SecureAggregationSection? SecureAggregation { get; private init; }

    /// <summary>Gets a value that indicates whether devices send metrics of evaluations. No mechanism covers them.</summary>
    public bool HasEvaluation { get; private init; }

    /// <summary>Creates the report of a running server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="secureAggregation">The server of cohorts; null if updates are sent in the clear.</param>
    /// <returns>The report.</returns>
    public static PrivacyReport Create(FederatedServer server, SecureAggregationServer? secureAggregation = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new PrivacyReport
        {
            Version = server.Current.Version,
            DifferentialPrivacy = server.Aggregator is PrivateAggregator aggregator ? DifferentialPrivacySection.Create(aggregator) : null,
            SecureAggregation = secureAggregation?.Describe() is var (totals, options) ? new SecureAggregationSection(totals, options.CohortSize, options.Threshold, options.Quantization!) : null,
            HasEvaluation = server.HasEvaluation,
        };
    }

    /// <summary>Creates the report of an aggregator without its server, such as one that was restored from a store.</summary>
    /// <param name="aggregator">The aggregator.</param>
    /// <param name="hasEvaluation">Whether devices send metrics of evaluations.</param>
    /// <returns>The report.</returns>
    public static PrivacyReport CreateFromAggregator(PrivateAggregator aggregator, bool hasEvaluation)
    {
        ArgumentNullException.ThrowIfNull(aggregator);
        return new PrivacyReport { Version = aggregator.Current.Version, DifferentialPrivacy = DifferentialPrivacySection.Create(aggregator), HasEvaluation = hasEvaluation };
    }

    /// <summary>Writes the report as a Markdown page.</summary>
    /// <returns>The page.</returns>
    public string ToMarkdown() => PrivacyReportMarkdown.Write(this);

    /// <summary>Writes the report as JSON.</summary>
    /// <returns>One object. Names are stable; later versions of the library add some.</returns>
    public string ToJson() => PrivacyReportJson.Write(this);
}
