using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Represents one operation of the network, such as a linear layer or a ReLU.</summary>
/// <param name="Name">The name of the layer.</param>
/// <param name="ForwardBytes">Bytes in use only while the step runs forward: its input, output and workspace.</param>
/// <param name="BackwardBytes">Bytes in use only while the step runs backward: the gradients of its output and input, and workspace.</param>
/// <param name="BackwardBytesAtCut">Bytes in use only while the step runs backward as the last one, without an input gradient.</param>
/// <param name="PassThroughSavedBytes">Bytes saved for backward if the gradient passes through and nothing in the step is trained.</param>
/// <param name="Choices">The choices of this step; empty for a step without parameters. Training nothing is always possible and is not listed.</param>
public sealed record TrainingStep(
    string Name,
    long ForwardBytes,
    long BackwardBytes,
    long BackwardBytesAtCut,
    long PassThroughSavedBytes,
    ImmutableArray<TrainingChoice> Choices)
{
    /// <summary>Gets the bytes in use only while the step runs forward before the cut, if frozen steps process fewer examples at a time.</summary>
    /// <value>Null by default: the same as <see cref="ForwardBytes"/>.</value>
    public long? StreamedForwardBytes { get; init; }

    /// <summary>Gets the bytes of the buffer that collects the results of the earlier steps while they run in small chunks, if the cut is at this step.</summary>
    /// <value>0 by default.</value>
    public long BoundaryBytes { get; init; }

    /// <summary>Gets the multiply-adds per example of running the step forward.</summary>
    /// <value>0 by default.</value>
    public long ForwardMultiplyAdds { get; init; }

    /// <summary>Gets the multiply-adds per example of the gradient of the step's input, which is computed in every step after the cut.</summary>
    /// <value>0 by default.</value>
    public long InputGradientMultiplyAdds { get; init; }
}
