namespace Ftte.Selection;

/// <summary>Something that a step may do: nothing or a choice, while an earlier step is trained, or a choice as the first of all.</summary>
/// <param name="Option">What it takes.</param>
/// <param name="Alone">What it costs with nothing after it.</param>
/// <param name="GoesOn">Whether an earlier step is trained, too.</param>
internal readonly record struct Offer(SelectionProblem.Option Option, SuffixCost Alone, bool GoesOn);
