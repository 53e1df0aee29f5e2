using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Represents a training plan that fits a memory budget.</summary>
/// <param name="Plan">The plan; <see cref="TrainingPlan.Selection"/> contains the parameters to train.</param>
/// <param name="Engine">The engine options of the plan.</param>
/// <param name="Chosen">The result of the selector; null if all parameters fit.</param>
public sealed record FittedPlan(TrainingPlan Plan, EngineOptions Engine, SelectionResult? Chosen);
