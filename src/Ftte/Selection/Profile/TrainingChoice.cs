using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Represents one way to train a step: the bias only, the weights of some input channels, or both.</summary>
/// <param name="Name">The name of the choice, such as <c>bias</c> or <c>weight 1/4 + bias</c>.</param>
/// <param name="Ranges">The trained coordinates in the flat vector, disjoint, in any order.</param>
/// <param name="SavedBytes">
/// Bytes saved for backward by the step under this choice, instead of <see cref="TrainingStep.PassThroughSavedBytes"/> and at least as many, because the
/// gradient also passes through if an earlier step is trained.
/// </param>
/// <param name="PersistentBytes">Bytes in use during all of training because of this choice: momentum, accumulators, copies.</param>
/// <param name="MultiplyAdds">Multiply-adds per example for the weight gradient.</param>
public sealed record TrainingChoice(string Name, ImmutableArray<ParameterRange> Ranges, long SavedBytes, long PersistentBytes = 0, long MultiplyAdds = 0)
{
    /// <summary>Gets the additional bytes in use only while the step runs backward with this choice, such as a tile of its gradient.</summary>
    /// <value>0 by default.</value>
    public long WorkspaceBytes { get; init; }

    /// <summary>Gets the number of trained parameters.</summary>
    public int ParameterCount => Ranges.Sum(r => r.Length);

    /// <summary>Gets the window of trained input channels, if only some channels are trained.</summary>
    /// <value>Null by default: the choice trains all channels or no channel weights.</value>
    public ChannelWindow? Window { get; init; }

    /// <summary>Creates a copy with the window of trained channels moved. Costs and importance do not change.</summary>
    /// <param name="first">The first channel, from 0 to one less than the number of channels. The window wraps around to channel 0 after the last channel.</param>
    /// <returns>The choice with other ranges; itself if it has no window.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such channel.</exception>
    public TrainingChoice MoveWindow(int first) => Window is { } window
        ? this with { Ranges = [.. Ranges.Where(r => !window.Covers(r)), .. (window with { First = first }).Ranges], Window = window with { First = first } }
        : this;
}
