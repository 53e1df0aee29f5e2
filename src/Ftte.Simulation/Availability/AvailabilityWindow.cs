namespace Ftte.Simulation.Availability;

/// <summary>Represents a period in which a device is available.</summary>
/// <param name="From">The start, inclusive.</param>
/// <param name="To">The end, exclusive.</param>
public readonly record struct AvailabilityWindow(TimeSpan From, TimeSpan To);
