using Ftte.Selection;

namespace Ftte;

/// <summary>Stores what a training assignment states and requires: the selection, the memory to train it, and the step scale.</summary>
/// <remarks>Thread-safe: takes the lock of <see cref="DispatchState"/>. Changes apply to later assignments.</remarks>
internal sealed class AssignmentTerms(DispatchState state, SelectionHistory selections, FederatedServerOptions options, ReselectionOptions? reselection)
{
    private (SelectionVersion Version, ParameterSelection Selection)? _followed;

    // If the budget follows from the devices, a device without memory for the smallest choice is never selected for.
    private readonly long _minimumMemoryBytes = reselection is { MemoryBudgetBytes: null } ? reselection.MinPeakBytes : 0;

    /// <summary>Gets the current selection.</summary>
    public (SelectionVersion Version, ParameterSelection Selection) Selection => _followed ?? selections.Current;

    /// <summary>Gets or sets the memory that training the selection requires. Set only while a saved state is loaded.</summary>
    public long RequiredMemoryBytes { get; set; } = options.RequiredMemoryBytes;

    /// <summary>Gets the factor of the learning rate of devices.</summary>
    public float StepScale { get; private set; } = 1;

    /// <summary>Determines whether a device has enough memory to train.</summary>
    public bool AllowsTraining(long memoryBudgetBytes) => memoryBudgetBytes >= Math.Max(RequiredMemoryBytes, _minimumMemoryBytes);

    /// <summary>Changes to the selection that the publisher of a cluster announced. Until the next call, later announcements in the history have no effect here.</summary>
    public void Follow((SelectionVersion Version, ParameterSelection Selection) selection, long requiredMemoryBytes)
    {
        lock (state.Lock)
        {
            (_followed, RequiredMemoryBytes) = (selection, requiredMemoryBytes);
        }
    }

    public SelectionVersion ChangeSelection(ParameterSelection selection, long requiredMemoryBytes)
    {
        lock (state.Lock)
        {
            SelectionVersion version = selections.Announce(selection);
            RequiredMemoryBytes = requiredMemoryBytes;
            state.Journal?.SelectionChanged(version, selection, requiredMemoryBytes);
            return version;
        }
    }

    /// <summary>Records that a reselection left the selection as it is.</summary>
    public void KeepSelection()
    {
        lock (state.Lock)
        {
            (SelectionVersion version, ParameterSelection selection) = selections.Current;
            state.Journal?.SelectionChanged(version, selection, RequiredMemoryBytes);
        }
    }

    /// <summary>Repeats a recorded change of the selection, unless the restored state includes it.</summary>
    public void ReplaySelection(SelectionVersion version, ParameterSelection selection, long requiredMemoryBytes)
    {
        lock (state.Lock)
        {
            if (version.Number >= selections.Current.Version.Number)
            {
                ChangeSelection(selection, requiredMemoryBytes);
            }
        }
    }

    public void ChangeStepScale(float scale)
    {
        lock (state.Lock)
        {
            StepScale = scale;
            state.Journal?.StepScaleChanged(scale);
        }
    }
}
