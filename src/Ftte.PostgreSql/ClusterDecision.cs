namespace Ftte.PostgreSql;

/// <summary>Represents what the publisher of a cluster decides about the selection together with a publication.</summary>
/// <param name="State">The state of reselection after the publication.</param>
/// <param name="Survey">The number of the latest survey. Answers to earlier ones are deleted.</param>
/// <param name="Closed">The number of answers of the latest survey if it is closed now; null if it is not.</param>
/// <param name="Selection">The chosen selection; null if the selection is not changed.</param>
/// <param name="KeptSelections">The number of selections that the history of every silo keeps; earlier ones are deleted.</param>
internal sealed record ClusterDecision(byte[] State, long Survey, int? Closed, ClusterSelection? Selection, int KeptSelections);
