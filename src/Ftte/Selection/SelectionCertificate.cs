using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>What a selection is worth and costs, and how much better any other could be.</summary>
/// <param name="Choices">For each step of the profile the index of its choice, or -1 for none.</param>
/// <param name="Objective">The summed importance of what is trained; <see cref="double.MaxValue"/> if the sum is larger.</param>
/// <param name="Timeline">The bytes in use step by step, the peak, and the step that binds.</param>
/// <param name="MemorySlackBytes">What the memory budget leaves over.</param>
/// <param name="PayloadBytes">The bytes of the trained values as float32, each way.</param>
/// <param name="MultiplyAdds">The multiply-adds of one training example.</param>
public sealed record SelectionCertificate(
    ImmutableArray<int> Choices,
    double Objective,
    MemoryTimeline Timeline,
    long MemorySlackBytes,
    long PayloadBytes,
    long MultiplyAdds)
{
    /// <summary>Gets what the payload budget leaves over, in bytes; null without one.</summary>
    public long? PayloadSlackBytes { get; init; }

    /// <summary>Gets what the compute budget leaves over, in multiply-adds per example; null without one.</summary>
    public long? ComputeSlack { get; init; }

    /// <summary>Gets what no selection within the budgets is worth more than; null if the selector proves nothing.</summary>
    public double? UpperBound { get; init; }

    /// <summary>Gets how far the selection may be from the best one, in the unit of importance: the upper bound less the objective; null if nothing is proved.</summary>
    /// <remarks>Rounding alone, when a search was carried through: about 1e-15 of what everything is worth, for each step.</remarks>
    public double? Gap => UpperBound - Objective;
}
