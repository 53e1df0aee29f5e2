namespace Ftte.Simulation;

/// <summary>Represents the task that simulated devices learn: their trainers, the cost of a job, and the quality of a model.</summary>
/// <remarks>
/// The simulator has no training engine; a task provides its own. The simulator calls <see cref="CostOf"/> from one thread at a time, and calls
/// <see cref="CreateTrainer"/> and <see cref="Evaluate"/> from several worker threads at once. Results must depend only on the arguments and the task's seed.
/// Then a run gives the same bits at any number of threads.
/// </remarks>
public interface ILearningTask
{
    /// <summary>Creates the trainer of one job on the examples of the device.</summary>
    /// <param name="device">The device's index.</param>
    /// <returns>
    /// A trainer with the layout of the model. The simulator calls it once, and then disposes it if it is <see cref="IDisposable"/>. If it implements
    /// <see cref="IImportanceProbe"/>, the call may be an importance measurement; if it implements <see cref="IModelEvaluator"/>, an evaluation on held-back examples.
    /// An exception ends the run.
    /// </returns>
    ILocalTrainer CreateTrainer(int device);

    /// <summary>Computes the cost of a job.</summary>
    /// <param name="device">The device's index.</param>
    /// <param name="assignment">The assignment: training a selection, measuring importance, or evaluating a version; see <see cref="TrainingAssignment.Content"/>.</param>
    /// <returns>The cost.</returns>
    JobCost CostOf(int device, TrainingAssignment assignment);

    /// <summary>Evaluates a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Cancels the evaluation, which then throws.</param>
    /// <returns>The quality.</returns>
    ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken);
}
