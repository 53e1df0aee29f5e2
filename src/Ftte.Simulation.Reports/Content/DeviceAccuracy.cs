namespace Ftte.Simulation.Reports;

/// <summary>Represents the accuracy on one device or for one person, with two models, such as the shared and the personal one.</summary>
/// <param name="Group">The group, such as the kind of the device; each group has its own panel.</param>
/// <param name="Device">The name of the device or the person, unique within the group.</param>
/// <param name="Before">The accuracy with the first model, in [0, 1].</param>
/// <param name="After">The accuracy with the second model, in [0, 1].</param>
public readonly record struct DeviceAccuracy(string Group, string Device, double Before, double After);
