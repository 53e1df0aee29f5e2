using System.Collections.Immutable;

namespace Ftte.Simulation.Cohorts;

/// <summary>Represents a cohort that runs.</summary>
/// <param name="Members">The members.</param>
/// <param name="Weights">The weights of their updates, in units of 2^-8.</param>
/// <param name="Course">The course, which is known when the cohort is formed.</param>
internal sealed record SimulatedCohort(ImmutableArray<ReadyJob> Members, ImmutableArray<int> Weights, CohortCourse Course);
