using System.Collections.Immutable;

namespace Ftte.Selection;

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

    /// <summary>Gets the multiply-adds per example of running the step forward.</summary>
    /// <value>0 by default.</value>
    public long ForwardMultiplyAdds { get; init; }

    /// <summary>Gets the multiply-adds per example of the gradient of the step's input, which is made in every step after the cut.</summary>
    /// <value>0 by default.</value>
    public long InputGradientMultiplyAdds { get; init; }
}
