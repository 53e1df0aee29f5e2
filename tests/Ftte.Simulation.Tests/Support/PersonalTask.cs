using Ftte.TinyEngine;
using Ftte.TinyEngine.Personalization;

namespace Ftte.Simulation.Tests;

/// <summary>Points on a line that each device labels in its own way, learned by the engine with personal parameters.</summary>
internal sealed class PersonalTask(PersonalizationPolicy policy) : ILearningTask, IStatefulTask
{
    public static readonly Network Network = Network.Build(4).Linear("a", 6).GroupNorm("gn", 2).Relu().Linear("b", 5).Relu().Linear("c", 2).SoftmaxCrossEntropy();
    public static readonly SgdOptions Options = new() { BatchSize = 4, Epochs = 2 };

    /// <summary>Gets or sets what happens when a device trains, before it does.</summary>
    public Action? OnTrain { get; set; }

    public ILocalTrainer CreateTrainer(int device) => CreateTrainer(device, new MemoryStateStore());

    public ILocalTrainer CreateTrainer(int device, IClientStateStore state)
    {
        OnTrain?.Invoke();
        return new LocalTrainer(Network, Examples(device), Options, personal: Personal(state));
    }

    public JobCost CostOf(int device, TrainingAssignment assignment) => new(1000, Personal(new MemoryStateStore()).Plan(assignment.Selection, Options).PeakBytes);

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => new(Network.Evaluate(model.Parameters.Span, Examples(0)).Accuracy);

    public ModelQuality EvaluateDevice(int device, ModelSnapshot model, IClientStateStore state, CancellationToken cancellationToken)
    {
        float[] parameters = new float[model.Parameters.Length];
        Personal(state).CopyTo(model.Parameters.Span, parameters);
        Evaluation evaluation = Network.Evaluate(parameters, Examples(device));
        return new ModelQuality(evaluation.Accuracy, Loss: evaluation.Loss);
    }

    public PersonalModel Personal(IClientStateStore state) => new(Network, policy, state);

    private static ArrayExamples Examples(int device)
    {
        const int Count = 16;
        float[] inputs = new float[4 * Count];
        int[] labels = new int[Count];
        for (int n = 0; n < Count; n++)
        {
            for (int i = 0; i < 4; i++)
            {
                inputs[(4 * n) + i] = MathF.Sin((n + 1) * (i + 1) * (device + 2.5f));
            }

            labels[n] = inputs[4 * n] > 0 == (device % 2 == 0) ? 1 : 0;
        }

        return new ArrayExamples(inputs, labels, 4);
    }
}
