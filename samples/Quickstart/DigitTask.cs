using Ftte;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>Represents the task of the simulated devices: training a network on their own digits.</summary>
/// <param name="network">The network.</param>
/// <param name="data">The digits of the devices and of the test.</param>
/// <param name="sgd">The training options of a device.</param>
/// <param name="memoryBytes">The memory that training takes on a device.</param>
internal sealed class DigitTask(Network network, DigitData data, SgdOptions sgd, long memoryBytes) : ILearningTask
{
    // The backward pass takes about twice as long as the forward pass.
    private const int Passes = 3;

    public ILocalTrainer CreateTrainer(int device) => new LocalTrainer(network, data.Devices[device], sgd);

    /// <summary>Counts the same time for training a subset as for training all parameters, although it is faster, so that the rules differ only in waiting and uploading.</summary>
    public JobCost CostOf(int device, TrainingAssignment assignment) =>
        new(Passes * network.MultiplyAdds * data.Devices[device].Count * sgd.Epochs, memoryBytes);

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) =>
        new(network.Evaluate(model.Parameters.Span, data.Test).Accuracy);
}
