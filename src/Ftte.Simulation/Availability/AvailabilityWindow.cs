namespace Ftte.Simulation.Availability;

/// <summary>A time during which a device is there.</summary>
/// <param name="From">When it comes.</param>
/// <param name="To">When it goes; it is not there any more at that moment.</param>
public readonly record struct AvailabilityWindow(TimeSpan From, TimeSpan To);
