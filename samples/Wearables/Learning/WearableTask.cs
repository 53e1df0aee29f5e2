using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Personalization;
using Wearables.Data;

namespace Wearables.Learning;

/// <summary>Trains the network on the devices of the participants, with or without personal parameters.</summary>
/// <param name="network">The network.</param>
/// <param name="devices">The devices.</param>
/// <param name="sgd">The training options of devices.</param>
/// <param name="cost">The cost of training on a device.</param>
/// <param name="memoryBytes">The peak memory of training on a device.</param>
/// <param name="policy">The personalization policy; null for none.</param>
internal sealed class WearableTask(
    Network network, ImmutableArray<PersonDevice> devices, SgdOptions sgd, WorkCost cost, long memoryBytes, PersonalizationPolicy? policy) : ILearningTask, IStatefulTask
{
    // The same bits as with the engine options of a device, in more memory and less time.
    private readonly EngineOptions _engine = new() { PrefixExamples = null };
    private readonly PooledExamples _test = new(devices.Select(device => device.Test));
    private readonly ParameterSelection? _personal = policy?.SelectPersonal(network, sgd.Normalization);

    public ILocalTrainer CreateTrainer(int device) => CreateTrainer(device, new MemoryStateStore());

    public ILocalTrainer CreateTrainer(int device, IClientStateStore state) => new LocalTrainer(
        network,
        devices[device].Training,
        sgd,
        engine: _engine,
        heldBack: devices[device].Test,
        personal: policy is null ? null : new PersonalModel(network, policy, state, MotionNetwork.Lineage));

    public JobCost CostOf(int device, TrainingAssignment assignment)
    {
        PersonDevice own = devices[device];
        if (assignment.Content == UpdateContent.Evaluation)
        {
            return new JobCost(network.MultiplyAdds * own.Test.Count, memoryBytes);
        }

        ParameterSelection shared = assignment.Selection, both = _personal is null ? shared : shared.Union(_personal);
        IReadOnlyList<PersonalPhase> phases = policy?.Round ?? [new PersonalPhase(TrainedPart.Received)];
        long visits = phases.Sum(phase => (phase.Epochs ?? sgd.Epochs) * cost.Of(phase.Part switch
        {
            TrainedPart.Personal => _personal!,
            TrainedPart.SharedAndPersonal => both,
            _ => shared,
        }).MultiplyAdds);
        return new JobCost(visits * own.Training.Count, memoryBytes);
    }

    /// <summary>Evaluates the shared model on the held-out windows of all participants.</summary>
    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => new(network.Evaluate(model.Parameters.Span, _test).Accuracy);

    public ModelQuality EvaluateDevice(int device, ModelSnapshot model, IClientStateStore state, CancellationToken cancellationToken) =>
        new(network.Evaluate(PersonalModelOf(model.Parameters.Span, state), devices[device].Test).Accuracy);

    /// <summary>Returns the parameters that a device uses.</summary>
    public float[] PersonalModelOf(ReadOnlySpan<float> shared, IClientStateStore state)
    {
        float[] mine = shared.ToArray();
        if (policy is not null)
        {
            new PersonalModel(network, policy, state, MotionNetwork.Lineage).CopyTo(shared, mine);
        }

        return mine;
    }
}
