namespace Ftte.Orleans;

/// <summary>Represents the suspicion of a silo that another one has failed.</summary>
internal sealed record SuspicionRecord(string Silo, DateTime Time);
