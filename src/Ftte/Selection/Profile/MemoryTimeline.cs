using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Represents the memory in use at each step of training with one choice per step, and its peak.</summary>
public sealed class MemoryTimeline
{
    private MemoryTimeline(ImmutableArray<long> forward, ImmutableArray<long> backward, int cut)
    {
        Forward = forward;
        Backward = backward;
        Cut = cut;
        for (int t = 0; t < forward.Length; t++)
        {
            long peak = Math.Max(forward[t], backward[t]);
            if (peak > PeakBytes)
            {
                (PeakBytes, BindingStep) = (peak, t);
            }
        }
    }

    /// <summary>Gets the bytes in use while each step runs forward.</summary>
    public ImmutableArray<long> Forward { get; }

    /// <summary>Gets the bytes in use while each step runs backward; 0 before the cut.</summary>
    public ImmutableArray<long> Backward { get; }

    /// <summary>Gets the first step in which anything is trained; the number of steps if nothing is.</summary>
    public int Cut { get; }

    /// <summary>Gets the peak, the memory that a device must have available.</summary>
    public long PeakBytes { get; }

    /// <summary>Gets the first step that reaches the peak.</summary>
    public int BindingStep { get; }

    /// <summary>Computes the timeline.</summary>
    /// <param name="profile">The training profile.</param>
    /// <param name="choices">The index of the choice of each step, or -1 to train nothing in it.</param>
    /// <returns>The timeline.</returns>
    /// <exception cref="ArgumentException">There is not one choice per step, or a step does not have the choice.</exception>
    public static MemoryTimeline Compute(TrainingProfile profile, ReadOnlySpan<int> choices)
    {
        ArgumentNullException.ThrowIfNull(profile);
        TrainingProfileGuard.CheckChoices(profile, choices);
        int cut = choices.Length;
        long held = profile.ResidentBytes;
        for (int t = choices.Length - 1; t >= 0; t--)
        {
            if (choices[t] >= 0)
            {
                cut = t;
                held += profile.Steps[t].Choices[choices[t]].PersistentBytes;
            }
        }

        long boundary = cut < choices.Length ? profile.Steps[cut].BoundaryBytes : 0;
        var forward = ImmutableArray.CreateBuilder<long>(choices.Length);
        var backward = ImmutableArray.CreateBuilder<long>(choices.Length);
        for (int t = 0; t < choices.Length; t++)
        {
            TrainingStep step = profile.Steps[t];
            forward.Add(held + (t < cut ? boundary + (step.StreamedForwardBytes ?? step.ForwardBytes) : step.ForwardBytes));
            if (t >= cut)
            {
                held += choices[t] >= 0 ? step.Choices[choices[t]].SavedBytes : step.PassThroughSavedBytes;
            }

            long workspace = choices[t] >= 0 ? step.Choices[choices[t]].WorkspaceBytes : 0;
            backward.Add(t < cut ? 0 : held + workspace + (t > cut ? step.BackwardBytes : step.BackwardBytesAtCut));
        }

        return new MemoryTimeline(forward.MoveToImmutable(), backward.MoveToImmutable(), cut);
    }
}
