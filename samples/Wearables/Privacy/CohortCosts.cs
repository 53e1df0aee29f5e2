namespace Wearables.Privacy;

/// <summary>Represents the cohorts of a run.</summary>
/// <param name="Completed">The number of completed cohorts.</param>
/// <param name="Failed">The number of failed cohorts.</param>
/// <param name="Members">The number of their members.</param>
/// <param name="Left">The number of members that left.</param>
/// <param name="BytesUp">The bytes of the secure steps that devices sent.</param>
/// <param name="BytesDown">The bytes of the secure steps that devices received.</param>
/// <param name="WaitingSeconds">The time in the queue, added up over members.</param>
/// <param name="StepSeconds">The durations of the cohorts, added up.</param>
internal sealed record CohortCosts(long Completed, long Failed, long Members, long Left, long BytesUp, long BytesDown, double WaitingSeconds, double StepSeconds);
