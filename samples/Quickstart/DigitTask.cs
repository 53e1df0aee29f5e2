using Ftte;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>What the simulated devices do: train a network on their own digits.</summary>
/// <param name="network">The network.</param>
/// <param name="data">The digits of the devices and of the test.</param>
/// <param name="sgd">How a device trains.</param>
/// <param name="memoryBytes">The memory that training takes on a device.</param>
internal sealed class DigitTask(Network network, DigitData data, SgdOptions sgd, long memoryBytes) : ILearningTask
{
    // The backward pass takes about twice as long as the forward pass.
    private const int Passes = 3;

    public ILocalTrainer CreateTrainer(int device) => new LocalTrainer(network, data.Devices[device], sgd);

    /// <summary>Counts training a subset as no faster than training everything, although it is: the rules differ in waiting and sending only.</summary>
    public JobCost CostOf(int device, TrainingAssignment assignment) =>
        new(Passes * network.MultiplyAdds * data.Devices[device].Count * sgd.Epochs, memoryBytes);

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) =>
        new(network.Evaluate(model.Parameters.Span, data.Test).Accuracy);
}
