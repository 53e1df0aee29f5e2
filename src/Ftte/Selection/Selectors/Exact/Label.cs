namespace Ftte.Selection;

/// <summary>Represents a set of choices from a step to the last step.</summary>
/// <param name="Cost">The cost of the choices.</param>
/// <param name="Value">The sum of the values of the choices, in units.</param>
/// <param name="Bound">The upper bound on the value with any choices in the earlier steps.</param>
/// <param name="Parent">The index of the label of the next step that this label extends.</param>
/// <param name="Choice">The choice of this step; -1 for none.</param>
internal readonly record struct Label(SuffixCost Cost, long Value, long Bound, int Parent, int Choice);
