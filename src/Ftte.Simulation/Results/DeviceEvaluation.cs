namespace Ftte.Simulation;

/// <summary>Represents one evaluation of a version by devices, on examples that they hold back.</summary>
/// <param name="Time">The virtual time at which the evaluation closed.</param>
/// <param name="Evaluation">The answers of the devices and their statistics.</param>
public sealed record DeviceEvaluation(TimeSpan Time, FederatedEvaluation Evaluation);
