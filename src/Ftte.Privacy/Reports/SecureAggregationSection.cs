using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Reports;

/// <summary>Represents the part of a <see cref="PrivacyReport"/> about secure aggregation.</summary>
/// <param name="Totals">The cohorts since the server started.</param>
/// <param name="CohortSize">The number of members of a full cohort.</param>
/// <param name="Threshold">The minimum number of updates in a sum.</param>
/// <param name="Quantization">How values became integers.</param>
public sealed record SecureAggregationSection(SecureAggregationTotals Totals, int CohortSize, int Threshold, SharedQuantization Quantization);
