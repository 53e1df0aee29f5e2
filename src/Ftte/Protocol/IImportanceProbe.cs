namespace Ftte;

/// <summary>Measures the importance of each block with the local examples of a device. The server combines the measurements of many devices to choose a selection.</summary>
/// <remarks>
/// Implement it on an <see cref="ILocalTrainer"/> to take part in importance surveys. Called by one device loop, one round at a time. Deterministic for a given
/// assignment, parameters and seed of the probe.
/// </remarks>
public interface IImportanceProbe
{
    /// <summary>Measures the importance of every block of the layout.</summary>
    /// <param name="assignment">The assignment. Its selection is the current one; all blocks are to be measured.</param>
    /// <param name="parameters">The whole flat vector of the assigned version. Borrowed: the probe must not change or keep it.</param>
    /// <param name="memoryBudgetBytes">The maximum memory for the measurement in bytes, including the parameters. A block that cannot be measured within it has importance 0.</param>
    /// <param name="cancellationToken">Cancels the measurement; nothing is sent.</param>
    /// <returns>
    /// An update with one value per block of the layout, not negative and in any unit, because the server compares shares only. Created with
    /// <see cref="TrainingAssignment.CreateHeader"/>; the caller disposes it.
    /// </returns>
    ValueTask<SparseUpdate> ProbeAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken = default);
}
