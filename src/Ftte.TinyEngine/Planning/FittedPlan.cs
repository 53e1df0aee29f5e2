using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>What fits a memory budget.</summary>
/// <param name="Plan">The plan; <see cref="TrainingPlan.Selection"/> is what to train.</param>
/// <param name="Engine">The engine options that the plan is made with.</param>
/// <param name="Chosen">What the selector chose; null if everything fits.</param>
public sealed record FittedPlan(TrainingPlan Plan, EngineOptions Engine, SelectionResult? Chosen);
