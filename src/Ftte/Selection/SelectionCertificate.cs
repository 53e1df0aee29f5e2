using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Represents the objective and the costs of a selection and, if the selector proves one, an upper bound of the objective of all selections.</summary>
/// <param name="Choices">The index of the choice of each step of the profile, or -1 for none.</param>
/// <param name="Objective">The summed importance of the trained parameters; <see cref="double.MaxValue"/> if the sum is larger.</param>
/// <param name="Timeline">The bytes in use at each step, the peak, and the step that reaches it.</param>
/// <param name="MemorySlackBytes">The unused bytes of the memory budget.</param>
/// <param name="PayloadBytes">The bytes of the trained values as float32, each way.</param>
/// <param name="MultiplyAdds">The multiply-adds per example.</param>
public sealed record SelectionCertificate(
    ImmutableArray<int> Choices,
    double Objective,
    MemoryTimeline Timeline,
    long MemorySlackBytes,
    long PayloadBytes,
    long MultiplyAdds)
{
    /// <summary>Gets the unused bytes of the payload budget; null without one.</summary>
    public long? PayloadSlackBytes { get; init; }

    /// <summary>Gets the unused multiply-adds per example of the compute budget; null without one.</summary>
    public long? ComputeSlack { get; init; }

    /// <summary>Gets an upper bound of the objective of all selections within the budgets; null if the selector proves none.</summary>
    public double? UpperBound { get; init; }

    /// <summary>Gets the optimality gap, the upper bound minus the objective, in the unit of importance; null without an upper bound.</summary>
    /// <remarks>If the search was completed, the gap contains only rounding: about 1e-15 of the total importance per step.</remarks>
    public double? Gap => UpperBound - Objective;
}
