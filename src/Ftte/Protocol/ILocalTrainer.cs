namespace Ftte;

/// <summary>Trains the selected parameters on a device's own data, which never leaves it.</summary>
/// <remarks>
/// Called by one device loop, one round at a time. Deterministic given the assignment, the parameters and the trainer's own seed.
/// </remarks>
public interface ILocalTrainer
{
    /// <summary>Gets the layout of the model that this trainer trains.</summary>
    ParameterLayout Layout { get; }

    /// <summary>Trains one assignment.</summary>
    /// <param name="assignment">What to train, from which version.</param>
    /// <param name="parameters">The whole flat vector of that version, borrowed: not changed, not kept.</param>
    /// <param name="cancellationToken">Stops training; nothing is sent then.</param>
    /// <returns>The update, made with <see cref="TrainingAssignment.CreateHeader"/>; the caller disposes it.</returns>
    ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default);
}
