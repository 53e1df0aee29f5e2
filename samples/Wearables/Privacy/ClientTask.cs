using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Wearables.Privacy;

/// <summary>Trains the network on the windows of clients.</summary>
/// <param name="network">The network.</param>
/// <param name="clients">The windows of each client.</param>
/// <param name="test">The windows on which versions are evaluated.</param>
/// <param name="sgd">The training options of clients.</param>
internal sealed class ClientTask(Network network, ImmutableArray<IExampleSource> clients, IExampleSource test, SgdOptions sgd) : ILearningTask
{
    private readonly WorkCost _cost = new(network, sgd, new EngineOptions());
    private readonly EngineOptions _engine = new() { PrefixExamples = null };

    public ILocalTrainer CreateTrainer(int device) => new LocalTrainer(network, clients[device], sgd, engine: _engine);

    public JobCost CostOf(int device, TrainingAssignment assignment)
    {
        ExampleCost cost = _cost.Of(assignment.Selection);
        return new JobCost(cost.MultiplyAdds * clients[device].Count * sgd.Epochs, cost.MemoryBytes);
    }

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => new(network.Evaluate(model.Parameters.Span, test).Accuracy);
}
