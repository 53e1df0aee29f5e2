namespace Ftte.Aggregation;

/// <summary>Describes a version that was not published because it was invalid or the guard refused it.</summary>
/// <param name="Number">The number of refusals so far, including this one.</param>
/// <param name="Version">The version that stays current.</param>
/// <param name="UpdateCount">The number of updates that were discarded.</param>
/// <param name="Reason">The fault and how to correct it, in complete sentences.</param>
public sealed record VersionRefusal(long Number, ModelVersion Version, int UpdateCount, string Reason);
