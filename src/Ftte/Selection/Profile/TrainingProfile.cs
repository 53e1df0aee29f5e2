using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Represents the costs of training: the model's steps in execution order, with the bytes that each choice saves, needs and keeps.</summary>
/// <remarks>
/// Created by the planner of a training engine or from measurements; used by selectors. A backward pass runs from the last step down to the
/// <i>cut</i>, the first step in which anything is trained. With A(t) the bytes saved for backward up to step t, the peak is
/// <see cref="ResidentBytes"/> + persistent bytes of the choices + the largest of A(t-1) + forward(t) and A(t) + backward(t) over the steps. Steps before
/// the cut may run a few examples at a time; they then need the bytes of the boundary, which collects their results, + streamed forward(t).
/// See <c>docs/memory-model.md</c> and "On-Device Training Under 256KB Memory" (arXiv 2206.15472). Immutable.
/// </remarks>
public sealed class TrainingProfile
{
    /// <summary>Creates the profile of a model.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="residentBytes">Bytes in use during all of training with every choice: weights, the input batch, fixed buffers.</param>
    /// <param name="steps">The steps in execution order, at least one of which has a choice. No two steps train the same coordinate.</param>
    /// <exception cref="ArgumentException">
    /// There is no step or no choice; bytes are negative; or a choice trains nothing, a coordinate twice or a coordinate outside the layout, or saves fewer bytes
    /// than its step does without it. The message names the step and the choice.
    /// </exception>
    public TrainingProfile(ParameterLayout layout, long residentBytes, ImmutableArray<TrainingStep> steps)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfNegative(residentBytes);
        TrainingProfileGuard.Check(layout, residentBytes, steps);
        Layout = layout;
        ResidentBytes = residentBytes;
        Steps = steps;
    }

    /// <summary>Gets the model's layout.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Gets the bytes in use during all of training with every choice.</summary>
    public long ResidentBytes { get; }

    /// <summary>Gets the steps in execution order.</summary>
    public ImmutableArray<TrainingStep> Steps { get; }

    /// <summary>Counts the multiply-adds per example: forward through all steps, input gradients after the cut, and gradients of the trained parameters.</summary>
    /// <param name="choices">The index of the choice of each step, or -1 to train nothing in it.</param>
    /// <returns>The multiply-adds.</returns>
    /// <exception cref="ArgumentException">There is not one choice per step, or a step does not have the choice.</exception>
    public long CountMultiplyAdds(ReadOnlySpan<int> choices)
    {
        TrainingProfileGuard.CheckChoices(this, choices);
        long sum = 0;
        bool isAfterCut = false;
        for (int t = 0; t < choices.Length; t++)
        {
            TrainingStep step = Steps[t];
            sum += step.ForwardMultiplyAdds + (isAfterCut ? step.InputGradientMultiplyAdds : 0);
            if (choices[t] >= 0)
            {
                sum += step.Choices[choices[t]].MultiplyAdds;
                isAfterCut = true;
            }
        }

        return sum;
    }
}
