namespace Ftte;

/// <summary>Represents a metric of federated evaluation: a mean over the held-back examples of a device.</summary>
/// <param name="Name">The name, such as <c>accuracy</c>.</param>
/// <param name="Min">The minimum valid value, finite. An answer with a smaller value is rejected with <see cref="UpdateOutcome.OutOfRange"/>.</param>
/// <param name="Max">The maximum valid value, finite; greater than <paramref name="Min"/>. An answer with a greater value is rejected.</param>
/// <param name="IsHigherBetter">True if greater values are better, as for an accuracy; false as for a loss.</param>
/// <remarks>Values travel as float32. A narrow range limits how far a false answer can move the mean.</remarks>
public sealed record EvaluationMetric(string Name, double Min, double Max, bool IsHigherBetter)
{
    /// <summary>Gets the mean loss per example, in [0, 1,000,000].</summary>
    public static EvaluationMetric Loss { get; } = new("loss", 0, 1e6, IsHigherBetter: false);

    /// <summary>Gets the share of correct examples, in [0, 1].</summary>
    public static EvaluationMetric Accuracy { get; } = new("accuracy", 0, 1, IsHigherBetter: true);
}
