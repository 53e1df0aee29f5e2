namespace Ftte;

/// <summary>Measures on a device, with its own examples, what training each block would be worth; the server chooses by what many devices say.</summary>
/// <remarks>
/// An <see cref="ILocalTrainer"/> that also is one may be asked. Called by one device loop, one round at a time. Deterministic given the assignment,
/// the parameters and the probe's own seed.
/// </remarks>
public interface IImportanceProbe
{
    /// <summary>Measures every block of the layout.</summary>
    /// <param name="assignment">What asks for it; its selection is the one in force, not what is to be measured.</param>
    /// <param name="parameters">The whole flat vector of that version, borrowed: not changed, not kept.</param>
    /// <param name="memoryBudgetBytes">The most memory that measuring may take, parameters included: what cannot be measured within it is worth 0.</param>
    /// <param name="cancellationToken">Stops measuring; nothing is sent then.</param>
    /// <returns>
    /// An update whose values are one per block of the layout, not negative, in any unit: the server compares shares only. Made with
    /// <see cref="TrainingAssignment.CreateHeader"/>; the caller disposes it.
    /// </returns>
    ValueTask<SparseUpdate> ProbeAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken = default);
}
