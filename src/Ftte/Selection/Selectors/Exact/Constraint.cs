namespace Ftte.Selection;

/// <summary>A constraint on selections.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Step">The step, of a moment.</param>
internal readonly record struct Constraint(ConstraintKind Kind, int Step = 0);
