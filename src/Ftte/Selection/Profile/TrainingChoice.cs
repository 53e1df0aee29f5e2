using System.Collections.Immutable;

namespace Ftte.Selection;

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

    /// <summary>Gets the input channels whose weights are trained, if only some are.</summary>
    /// <value>Null by default: the choice is not about channels, or takes them all.</value>
    public ChannelWindow? Window { get; init; }

    /// <summary>Moves the window of trained channels; costs and worth stay the same.</summary>
    /// <param name="first">The first channel, from 0 to one less than there are; the window goes on at channel 0 after the last.</param>
    /// <returns>The choice with other ranges; itself if it has no window.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such channel.</exception>
    public TrainingChoice MoveWindow(int first) => Window is { } window
        ? this with { Ranges = [.. Ranges.Where(r => !window.Covers(r)), .. (window with { First = first }).Ranges], Window = window with { First = first } }
        : this;
}
