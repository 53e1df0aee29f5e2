using Ftte.Simulation.Cohorts;
using Ftte.Simulation.Jobs;

namespace Ftte.Simulation.Running;

/// <summary>A scheduled event.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Job">The job that ends.</param>
/// <param name="JobDuration">The duration of the job of an arriving device; null if it follows from the device.</param>
/// <param name="Cohort">The cohort that ends.</param>
internal readonly record struct SimulationEvent(EventKind Kind, SimulatedJob? Job = null, TimeSpan? JobDuration = null, SimulatedCohort? Cohort = null);
