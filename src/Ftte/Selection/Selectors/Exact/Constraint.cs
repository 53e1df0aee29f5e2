namespace Ftte.Selection;

/// <summary>Identifies a constraint on selections.</summary>
/// <param name="Kind">The kind of the constraint.</param>
/// <param name="Step">The step; only for <see cref="ConstraintKind.Forward"/> and <see cref="ConstraintKind.Backward"/>.</param>
internal readonly record struct Constraint(ConstraintKind Kind, int Step = 0);
