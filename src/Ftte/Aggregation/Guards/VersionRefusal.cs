namespace Ftte.Aggregation;

/// <summary>Describes a version that was not published because it would have broken the model.</summary>
/// <param name="Number">The number of refusals so far, this one included.</param>
/// <param name="Version">The version that stays current.</param>
/// <param name="UpdateCount">The number of updates that were discarded.</param>
/// <param name="Reason">What was wrong and what to do, in complete sentences.</param>
public sealed record VersionRefusal(long Number, ModelVersion Version, int UpdateCount, string Reason);
