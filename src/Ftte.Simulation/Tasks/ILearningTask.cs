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
