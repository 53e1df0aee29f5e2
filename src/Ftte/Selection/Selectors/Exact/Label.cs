namespace Ftte.Selection;

/// <summary>One set of choices from a step to the last.</summary>
/// <param name="Cost">What they cost.</param>
/// <param name="Worth">What they are worth, in units.</param>
/// <param name="Bound">What they can be worth at most with all choices before them.</param>
/// <param name="Parent">The label of the next step that they continue.</param>
/// <param name="Choice">The choice of this step; -1 for none.</param>
internal readonly record struct Label(SuffixCost Cost, long Worth, long Bound, int Parent, int Choice);
