using System.Collections.Immutable;

namespace Ftte;

/// <summary>What training costs: the model's steps in execution order, with the bytes that each choice saves, needs and keeps.</summary>
/// <remarks>
/// Made by a training engine's planner or from a measurement; consumed by selectors. A backward pass runs from the last step down to the
/// <i>cut</i>, the first step in which anything is trained. With A(t) the bytes saved for backward up to step t, the peak is
/// <see cref="ResidentBytes"/> + persistent bytes of the choices + the largest of A(t-1) + forward(t) and A(t) + backward(t) over the steps. Steps before
/// the cut may run a few examples at a time; they then take the boundary's bytes, where their results collect, + streamed forward(t).
/// See <c>docs/memory-model.md</c> and "On-Device Training Under 256KB Memory" (arXiv 2206.15472). Immutable.
/// </remarks>
public sealed class TrainingProfile
{
    /// <summary>Describes a model's training.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="residentBytes">Bytes held throughout whatever is trained: weights, the input batch, fixed buffers.</param>
    /// <param name="steps">The steps in execution order, at least one of which has a choice. No two steps train the same coordinate.</param>
    /// <exception cref="ArgumentException">
    /// There is no step or no choice, bytes are negative, or a choice trains nothing, a coordinate twice or one that the layout does not have, or saves less
    /// than its step does without it. The message names step and choice.
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

    /// <summary>Gets the bytes held throughout, whatever is trained.</summary>
    public long ResidentBytes { get; }

    /// <summary>Gets the steps in execution order.</summary>
    public ImmutableArray<TrainingStep> Steps { get; }
}

/// <summary>One operation of the network, such as a linear layer or a ReLU.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="ForwardBytes">Bytes alive only while the step runs forward: its input, output and workspace.</param>
/// <param name="BackwardBytes">Bytes alive only while the step runs backward: the gradients of its output and input, and workspace.</param>
/// <param name="BackwardBytesAtCut">The same when backward stops here, so that no input gradient is made.</param>
/// <param name="PassThroughSavedBytes">Bytes saved for backward when the gradient passes through and nothing in the step is trained.</param>
/// <param name="Choices">What can be trained in this step; empty for a step without parameters. Training nothing is always possible and is not listed.</param>
public sealed record TrainingStep(
    string Name,
    long ForwardBytes,
    long BackwardBytes,
    long BackwardBytesAtCut,
    long PassThroughSavedBytes,
    ImmutableArray<TrainingChoice> Choices)
{
    /// <summary>Gets the bytes alive only while the step runs forward before the cut, if frozen steps there take fewer examples at a time.</summary>
    /// <value>Null by default: the same as <see cref="ForwardBytes"/>.</value>
    public long? StreamedForwardBytes { get; init; }

    /// <summary>Gets the bytes that collect what all earlier steps make, while they run in small chunks, if the cut is here.</summary>
    /// <value>0 by default.</value>
    public long BoundaryBytes { get; init; }
}

/// <summary>One way to train a step: the bias only, or the weights of some input channels, or both.</summary>
/// <param name="Name">What is trained, such as <c>bias</c> or <c>weight 1/4 + bias</c>.</param>
/// <param name="Ranges">The trained coordinates in the flat vector, disjoint, in any order.</param>
/// <param name="SavedBytes">
/// Bytes saved for backward by the step under this choice, instead of <see cref="TrainingStep.PassThroughSavedBytes"/> and no fewer: an earlier step may be
/// trained as well, and then the gradient also passes through.
/// </param>
/// <param name="PersistentBytes">Bytes held throughout because of this choice: momentum, accumulators, copies.</param>
/// <param name="MultiplyAdds">Multiply-adds per example for the weight gradient.</param>
public sealed record TrainingChoice(string Name, ImmutableArray<ParameterRange> Ranges, long SavedBytes, long PersistentBytes = 0, long MultiplyAdds = 0)
{
    /// <summary>Gets the bytes alive only while the step runs backward under this choice, on top of the step's own, such as a tile of its gradient.</summary>
    /// <value>0 by default.</value>
    public long WorkspaceBytes { get; init; }

    /// <summary>Gets the number of parameters trained.</summary>
    public int ParameterCount => Ranges.Sum(r => r.Length);
}
