namespace Ftte.Simulation;

/// <summary>Represents a task whose devices keep state between their jobs, such as personal parameters. An <see cref="ILearningTask"/> implements it in addition.</summary>
/// <remarks>
/// The run keeps the state of each device: the state that a job leaves is that of the device's next job, once the job has ended. Dropped jobs leave none. A task must keep no state of its
/// own, so that every run starts without state, and a resumed run has the same bits. Both members are called from several worker threads at once.
/// </remarks>
public interface IStatefulTask
{
    /// <summary>Creates the trainer of one job on the examples of the device, instead of <see cref="ILearningTask.CreateTrainer"/>.</summary>
    /// <param name="device">The device's index.</param>
    /// <param name="state">The state that the device's last job left; the trainer saves the new one before its call ends. Empty at first.</param>
    /// <returns>A trainer, as of <see cref="ILearningTask.CreateTrainer"/>.</returns>
    ILocalTrainer CreateTrainer(int device, IClientStateStore state);

    /// <summary>Evaluates the model that one device uses, on examples of this device.</summary>
    /// <param name="device">The device's index.</param>
    /// <param name="model">The shared model.</param>
    /// <param name="state">The state of the device; empty to evaluate a device that never trained.</param>
    /// <param name="cancellationToken">Cancels the evaluation, which then throws.</param>
    /// <returns>The quality.</returns>
    ModelQuality EvaluateDevice(int device, ModelSnapshot model, IClientStateStore state, CancellationToken cancellationToken);
}
