using System.Collections.Concurrent;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

public class PlateauTests
{
    [Fact]
    public async Task A_run_without_improvement_reduces_the_steps_and_then_ends()
    {
        var task = new ScaleTask(new ToyTask { Quality = new ModelQuality(0.5) });
        var options = new SimulationOptions { MaxVersions = 10_000, Plateau = new PlateauOptions { PatienceJobs = 60, Reductions = 2, Factor = 0.5f } };

        SimulationResult result = await RunAsync(FedBuff(), ToyTask.Devices(30), options, task);

        Assert.Equal(SimulationEnding.PlateauReached, result.Ending);
        Assert.Equal([1f, 0.5f, 0.25f], task.Scales.Keys.OrderDescending());
        Assert.InRange(result.Totals.Trips, 180, 280);
    }

    [Fact]
    public async Task The_progress_of_a_run_without_limits_is_that_of_its_plateaus()
    {
        var shares = new List<double>();
        var options = new SimulationOptions
        {
            MaxVersions = 1_000_000,
            Plateau = new PlateauOptions { PatienceJobs = 60, Reductions = 1 },
            Progress = progress => shares.Add(progress.Share),
            RealTime = new SteppingClock(),
        };

        SimulationResult result = await RunAsync(FedBuff(), ToyTask.Devices(30), options, new ScaleTask(new ToyTask { Quality = new ModelQuality(0.5) }));

        Assert.Equal(SimulationEnding.PlateauReached, result.Ending);
        Assert.Equal(shares.Order(), shares);
        Assert.Contains(shares, share => share is > 0.1 and < 0.5);
        Assert.Contains(shares, share => share is > 0.6 and < 1);
        Assert.Equal(1, shares[^1]);
    }

    [Fact]
    public async Task Validation_accuracy_decides_if_it_is_measured()
    {
        var improving = new ScaleTask(new ToyTask()) { Validation = trips => 0.5 };
        var options = new SimulationOptions { MaxVersions = 200, Plateau = new PlateauOptions { PatienceJobs = 60, Reductions = 0 } };

        SimulationResult constant = await RunAsync(FedBuff(), ToyTask.Devices(30), options, improving);
        SimulationResult growing = await RunAsync(FedBuff(), ToyTask.Devices(30), options, new ScaleTask(new ToyTask { Quality = new ModelQuality(0.5) }) { Validation = count => Math.Min(1, count * 0.004) });

        Assert.Equal(SimulationEnding.PlateauReached, constant.Ending);
        Assert.Equal(SimulationEnding.MaxVersionsReached, growing.Ending);
    }

    [Fact]
    public async Task A_plateau_is_found_at_the_same_job_at_any_number_of_threads()
    {
        var options = new SimulationOptions { MaxVersions = 10_000, Plateau = new PlateauOptions { PatienceJobs = 100, Reductions = 1 } };

        SimulationResult one = await RunAsync(FedBuff(), ToyTask.Devices(30), options with { Threads = 1 });
        SimulationResult four = await RunAsync(FedBuff(), ToyTask.Devices(30), options with { Threads = 4 });

        Assert.Equal(SimulationEnding.PlateauReached, one.Ending);
        Assert.Equal(one.Points.AsEnumerable(), four.Points);
        Assert.Equal(one.Model!.Parameters.ToArray(), four.Model!.Parameters.ToArray());
    }

    [Fact]
    public void A_setting_out_of_range_is_rejected()
    {
        var good = new PlateauOptions { PatienceJobs = 1 };
        good.Validate();
        foreach (PlateauOptions bad in new[] { good with { PatienceJobs = 0 }, good with { Reductions = -1 }, good with { Factor = 0 }, good with { Factor = float.NaN }, good with { MinGain = 2 } })
        {
            Assert.ThrowsAny<ArgumentException>(() => new SimulationOptions { MaxVersions = 1, Plateau = bad }.Validate());
        }
    }

    [Fact]
    public async Task Evaluations_with_a_share_of_the_time_between_them_get_rarer()
    {
        var options = new SimulationOptions { MaxVersions = 300, EvaluateEveryShare = 0.2 };

        SimulationResult result = await RunAsync(FedBuff(), ToyTask.Devices(30), options);

        // The last version is always evaluated.
        Assert.All(result.Points.Skip(1).Zip(result.Points.Skip(2).SkipLast(1)), pair => Assert.True(pair.Second.Time >= 1.2 * pair.First.Time));
        Assert.InRange(result.Points.Length, 10, 60);
    }

    /// <summary>A clock that advances by a second whenever it is read.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }

    /// <summary>A task that records the step scales of assignments, with a validation accuracy that depends on the number of evaluations.</summary>
    private sealed class ScaleTask(ToyTask inner) : ILearningTask
    {
        private int _evaluations;

        public ConcurrentDictionary<float, bool> Scales { get; } = [];

        public Func<int, double>? Validation { get; init; }

        public ILocalTrainer CreateTrainer(int device) => inner.CreateTrainer(device);

        public JobCost CostOf(int device, TrainingAssignment assignment)
        {
            Scales[assignment.StepScale] = true;
            return inner.CostOf(device, assignment);
        }

        public ModelQuality Evaluate(ModelSnapshot model, CancellationToken cancellationToken)
        {
            ModelQuality quality = inner.Evaluate(model, cancellationToken);
            return Validation is null ? quality : quality with { ValidationAccuracy = Validation(Interlocked.Increment(ref _evaluations)) };
        }
    }
}
