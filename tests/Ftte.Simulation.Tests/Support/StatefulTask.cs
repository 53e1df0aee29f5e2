using System.Runtime.InteropServices;

namespace Ftte.Simulation.Tests;

/// <summary>The toy task with devices that count their jobs, and whose updates depend on the count. Real arithmetic, so that every bit shows.</summary>
internal sealed class StatefulTask(ToyTask toy) : ILearningTask, IStatefulTask
{
    public ILocalTrainer CreateTrainer(int device) => throw new InvalidOperationException("The device has state.");

    public ILocalTrainer CreateTrainer(int device, IClientStateStore state) => new Trainer(toy.CreateTrainer(device), state);

    public JobCost CostOf(int device, TrainingAssignment assignment) => toy.CostOf(device, assignment);

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken) => toy.Evaluate(model, cancellationToken);

    public ModelQuality EvaluateDevice(int device, ModelSnapshot model, IClientStateStore state, CancellationToken cancellationToken) =>
        new(toy.Evaluate(model, cancellationToken).Accuracy / (1 + CountOf(state)));

    /// <summary>Returns the number of jobs that left the state.</summary>
    public static int CountOf(IClientStateStore state) => state.Load() is { } bytes ? MemoryMarshal.Read<int>(bytes) : 0;

    private sealed class Trainer(ILocalTrainer inner, IClientStateStore state) : ILocalTrainer
    {
        public ParameterLayout Layout => inner.Layout;

        public async ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
        {
            using SparseUpdate update = await inner.TrainAsync(assignment, parameters, cancellationToken);
            int count = CountOf(state) + 1;
            state.Save(MemoryMarshal.AsBytes<int>([count]));
            return SparseUpdate.Create(update.Header, [.. update.Values.ToArray().Select(value => value / count)]);
        }
    }
}
