namespace Ftte.Selection;

/// <summary>Represents an option of a step: no choice or a choice while an earlier step is trained, or a choice as the first trained step.</summary>
/// <param name="Option">The choice with its own costs and its value.</param>
/// <param name="Cost">The cost as a suffix, without any later step.</param>
/// <param name="Continues">Whether an earlier step is also trained.</param>
internal readonly record struct StepOption(SelectionProblem.Option Option, SuffixCost Cost, bool Continues);
