using System.Collections.Immutable;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Tests;

/// <summary>Learns where a point lies: each device pulls the parameters towards a point of its own. Real arithmetic, so that every bit shows.</summary>
internal sealed class ToyTask : ILearningTask
{
    private int _trained;
    private int _evaluated;

    public static ParameterLayout Layout { get; } = ParameterLayout.Create(("a", [6]), ("b", [4]));

    public static ModelSnapshot Start { get; } = new(Layout, new ModelVersion(0), new float[Layout.ParameterCount]);

    public static ParameterSelection Everything { get; } = ParameterSelection.Full(Layout);

    public int Trained => _trained;

    public int Evaluated => _evaluated;

    /// <summary>Gets or sets how much of a job can be done ahead.</summary>
    public long Ahead { get; set; }

    /// <summary>Gets or sets what every job costs, if it is not what its selection does.</summary>
    public JobCost? Cost { get; set; }

    /// <summary>Gets or sets how good every model is, if that is not measured.</summary>
    public ModelQuality? Quality { get; set; }

    /// <summary>Gets or sets what happens when a device trains, before it does.</summary>
    public Action<int>? OnTrain { get; set; }

    /// <summary>Gets or sets a value that indicates whether a trainer that is canceled returns what it has trained so far.</summary>
    public bool BreaksOff { get; set; }

    public ILocalTrainer CreateTrainer(int device) => new Trainer(this, device);

    public JobCost CostOf(int device, TrainingAssignment assignment) =>
        Cost ?? new(1_000_000L * assignment.Selection.Count, 100 + assignment.Selection.Count) { AheadMultiplyAdds = Ahead };

    public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _evaluated);
        double distance = 0;
        foreach (float value in model.Parameters.Span)
        {
            distance += (value - 1) * (value - 1);
        }

        return Quality ?? new ModelQuality(1 / (1 + distance));
    }

    /// <summary>Devices that are all alike and always there.</summary>
    public static ImmutableArray<SimulatedDevice> Devices(int count, SimulatedDevice? prototype = null) =>
        DevicePopulation.Alike(count, prototype ?? new SimulatedDevice { Name = "d", JobDuration = LatencyDistribution.Exponential(10) });

    private sealed class Trainer(ToyTask task, int device) : ILocalTrainer, IImportanceProbe, IModelEvaluator
    {
        public ParameterLayout Layout => ToyTask.Layout;

        public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
        {
            task.OnTrain?.Invoke(device);
            Interlocked.Increment(ref task._trained);
            var random = new SeededRandom((ulong)device, assignment.UpdateId.Value);
            float[] values = new float[assignment.Selection.Count];
            if (task.BreaksOff && cancellationToken.WaitHandle.WaitOne(1))
            {
                return new(SparseUpdate.Create(assignment.CreateHeader(1), values));
            }

            assignment.Selection.Gather(parameters.Span, values);
            for (int i = 0; i < values.Length; i++)
            {
                float step = 0.1f * (1 - values[i] + random.NextSingle(-0.5f, 0.5f));
                values[i] = assignment.Content == UpdateContent.Trained ? values[i] + step : step;
            }

            return new(SparseUpdate.Create(assignment.CreateHeader(5 + (device % 3)), values));
        }

        public ValueTask<SparseUpdate> ProbeAsync(
            TrainingAssignment assignment, ReadOnlyMemory<float> parameters, long memoryBudgetBytes, CancellationToken cancellationToken = default) =>
            new(SparseUpdate.Create(assignment.CreateHeader(5), [1, 2 + device]));

        public bool CanEvaluate => true;

        public ValueTask<SparseUpdate> EvaluateAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
        {
            // Each device has a point of its own, so that devices differ.
            float goal = 0.7f + (0.1f * (device % 7)), loss = 0;
            foreach (float value in parameters.Span)
            {
                loss += (value - goal) * (value - goal);
            }

            return new(SparseUpdate.Create(assignment.CreateHeader(5 + (device % 3)), [loss, 1 / (1 + loss)]));
        }
    }
}
