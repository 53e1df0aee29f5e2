namespace Ftte.Simulation;

/// <summary>Represents the totals of the cohorts of a run with secure aggregation.</summary>
/// <param name="Completed">The number of cohorts whose sum was aggregated.</param>
/// <param name="Failed">The number of cohorts that too many members left. The others announced their updates again.</param>
/// <param name="Members">The number of members of all cohorts.</param>
/// <param name="Left">The number of members that left their cohort at any step.</param>
/// <param name="BytesUp">The bytes of announcements, shares and masked updates. They are part of <see cref="SimulationTotals.BytesUp"/>.</param>
/// <param name="BytesDown">The bytes of descriptions, shares, lists of members and receipts. They are part of <see cref="SimulationTotals.BytesDown"/>.</param>
/// <param name="Waiting">The time that members waited for their cohorts, added up.</param>
/// <param name="Steps">The durations of the cohorts from their formation to the sum or the failure, added up.</param>
public readonly record struct CohortTotals(long Completed, long Failed, long Members, long Left, long BytesUp, long BytesDown, TimeSpan Waiting, TimeSpan Steps);
