namespace Ftte;

/// <summary>Trains the selected parameters on the local data of a device, which never leaves the device.</summary>
/// <remarks>
/// Called by one device loop, one round at a time. Deterministic for a given assignment, parameters and seed of the trainer.
/// </remarks>
public interface ILocalTrainer
{
    /// <summary>Gets the layout of the model that this trainer trains.</summary>
    ParameterLayout Layout { get; }

    /// <summary>Trains one assignment.</summary>
    /// <param name="assignment">The assignment: the selection to train and the version to start from.</param>
    /// <param name="parameters">The whole flat vector of that version. Borrowed: the trainer must not change or keep it.</param>
    /// <param name="cancellationToken">Cancels training; nothing is sent.</param>
    /// <returns>The update, created with <see cref="TrainingAssignment.CreateHeader"/>; the caller disposes it.</returns>
    ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default);
}
