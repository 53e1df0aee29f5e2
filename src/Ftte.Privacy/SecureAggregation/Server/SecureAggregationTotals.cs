namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents what a <see cref="SecureAggregationServer"/> has done since it started.</summary>
/// <param name="Completed">The number of cohorts whose sum was computed.</param>
/// <param name="Failed">The number of cohorts that failed. The server learned nothing from them.</param>
/// <param name="Contributions">The number of updates in the sums.</param>
/// <param name="MinContributors">The smallest number of updates in one sum; 0 before the first.</param>
public sealed record SecureAggregationTotals(long Completed, long Failed, long Contributions, int MinContributors);
