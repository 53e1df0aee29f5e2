namespace Ftte.Simulation;

/// <summary>What the simulated devices learn: their trainers, what a job costs, and how good a model is.</summary>
/// <remarks>
/// The simulator knows no training engine: a task brings its own. <see cref="CostOf"/> is called by the simulation, one call at a time;
/// <see cref="CreateTrainer"/> and <see cref="Evaluate"/> are called by the threads that train, several at once. Everything must follow from the
/// arguments and the task's own seed; then a run gives the same bits at any number of threads.
/// </remarks>
public interface ILearningTask
{
    /// <summary>Makes the trainer of one job, on the device's own examples.</summary>
    /// <param name="device">The device's index.</param>
    /// <returns>
    /// The trainer, of the model's layout, for one call; disposed after it if it is disposable. One that is an <see cref="IImportanceProbe"/> may be asked for
    /// importance instead. What it throws ends the run.
    /// </returns>
    ILocalTrainer CreateTrainer(int device);

    /// <summary>Says what a job costs the device.</summary>
    /// <param name="device">The device's index.</param>
    /// <param name="assignment">The job: training a selection, or measuring importance.</param>
    /// <returns>The cost.</returns>
    JobCost CostOf(int device, TrainingAssignment assignment);

    /// <summary>Measures a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops, by throwing.</param>
    /// <returns>How good it is.</returns>
    ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken);
}

/// <summary>What one job costs a device.</summary>
/// <param name="MultiplyAdds">The multiply-adds of the whole job: all its examples, epochs and passes.</param>
/// <param name="MemoryBytes">The memory it takes at its busiest moment, as planned. Reported, and compared with nothing: see <see cref="SimulationRule.Server"/>.</param>
public readonly record struct JobCost(long MultiplyAdds, long MemoryBytes)
{
    /// <summary>Gets, of <see cref="MultiplyAdds"/>, what needs no assignment, so that a device does it while it is idle: what frozen layers make of its examples, say.</summary>
    /// <value>
    /// Default 0. As far as the device had time for it since its last job, or since the run began, and was there, the job is that much shorter. It is counted as computed in any case.
    /// </value>
    public long AheadMultiplyAdds { get; init; }
}

/// <summary>How good a model is.</summary>
/// <param name="Accuracy">The share of what it is tested on that it gets right, 0 to 1.</param>
/// <param name="StragglerAccuracy">The same on what stragglers hold; NaN if that is not measured.</param>
/// <param name="Loss">The mean loss; NaN if that is not measured.</param>
public readonly record struct ModelQuality(double Accuracy, double StragglerAccuracy = double.NaN, double Loss = double.NaN);
