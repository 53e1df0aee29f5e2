namespace Ftte.Baselines;

/// <summary>Represents the progress of a contribution analysis.</summary>
/// <param name="Block">The measured block.</param>
/// <param name="Gain">The gain of training it alone; may be negative.</param>
/// <param name="Done">The number of blocks measured so far.</param>
/// <param name="Total">The number of blocks to measure.</param>
public readonly record struct ContributionProgress(ParameterBlock Block, double Gain, int Done, int Total);
