namespace Ftte.TinyEngine;

/// <summary>Represents the memory in use while one step runs.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="ForwardBytes">All bytes in use while it runs forward, parameters included.</param>
/// <param name="BackwardBytes">All bytes in use while it runs backward; 0 if it does not.</param>
public sealed record PlannedStep(string Name, long ForwardBytes, long BackwardBytes);
