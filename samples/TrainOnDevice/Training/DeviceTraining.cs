using Ftte;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Spectre.Console;
using TrainOnDevice.Data;
using TrainOnDevice.Planning;

namespace TrainOnDevice.Training;

/// <summary>Trains according to the plan and shows progress.</summary>
internal sealed class DeviceTraining(FittedTraining training, DataSet data, IAnsiConsole console, TimeProvider time, bool testsEveryEpoch)
{
    private readonly List<EpochResult> _curve = [];
    private readonly Network _network = training.Plan.Network;

    /// <summary>Trains the weights. A canceled run keeps the weights of the last step.</summary>
    /// <param name="parameters">The weights, trained in place.</param>
    /// <param name="save">Saves the trained weights; receives true if training was completed. Called before the test, which takes time.</param>
    /// <param name="cancellationToken">Cancels between two steps.</param>
    /// <exception cref="InputException">Training diverged.</exception>
    public TrainingOutcome Run(float[] parameters, Action<float[], bool> save, CancellationToken cancellationToken)
    {
        Evaluation before = Test(parameters);
        console.WriteText($"Before: {Describe(before)} on {before.Count:N0} held-out examples.");

        int stepsPerEpoch = (data.Training.Count + training.Sgd.BatchSize - 1) / training.Sgd.BatchSize;
        var latest = new TrainingProgress(0, (long)stepsPerEpoch * training.Sgd.Epochs, double.NaN, 0);
        ParameterSelection selection = training.Plan.Selection;
        float[] trained = new float[selection.Count];
        selection.Gather(parameters, trained);
        long begun = time.GetTimestamp();
        ProgressTrack.Run(console, time, "training", track =>
        {
            training.Sgd.Progress = progress =>
            {
                latest = progress;
                track.Report((double)progress.Step / progress.Steps, DescribeProgress(progress, time.GetElapsedTime(begun)));
                StopIfDiverged(progress);
                if (testsEveryEpoch && progress.Step % stepsPerEpoch == 0)
                {
                    AddToCurve(progress, progress.Step / stepsPerEpoch, selection, parameters, trained);
                }
            };
            Train(parameters, trained, cancellationToken);
        });

        TimeSpan took = time.GetElapsedTime(begun);
        selection.Scatter(trained, parameters);
        save(parameters, latest.Step == latest.Steps);
        Evaluation after = Test(parameters);
        return new TrainingOutcome(
            before, after, latest.Step, latest.Steps, latest.Step > 0 ? latest.MeanLoss : null, took, PerSecond(latest.Step, took), _curve);
    }

    /// <summary>Describes the quality of weights: accuracy and loss if there are classes, otherwise the loss.</summary>
    public static string Describe(Evaluation evaluation) =>
        double.IsNaN(evaluation.Accuracy) ? $"loss {evaluation.Loss:0.0000}" : $"accuracy {Units.Percent(evaluation.Accuracy)}, loss {evaluation.Loss:0.000}";

    private void Train(float[] parameters, float[] trained, CancellationToken cancellationToken)
    {
        try
        {
            using var frozen = FrozenParameters.Of(parameters);
            _network.TrainSelected(frozen, trained, data.Training, training.Plan.Selection, training.Sgd, training.Engine, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The trained values are those of the last complete step.
        }
    }

    private void AddToCurve(TrainingProgress progress, long epoch, ParameterSelection selection, float[] parameters, float[] trained)
    {
        float[] now = [.. parameters];
        selection.Scatter(trained, now);
        Evaluation test = Test(now);
        _curve.Add(new EpochResult(epoch, progress.MeanLoss, test.Loss, double.IsNaN(test.Accuracy) ? null : test.Accuracy));
    }

    private Evaluation Test(float[] parameters) => _network.Evaluate(parameters, data.HeldOut, threads: training.Engine.Threads);

    private string DescribeProgress(TrainingProgress progress, TimeSpan elapsed)
    {
        TimeSpan left = elapsed / progress.Step * (progress.Steps - progress.Step);
        return $"loss {progress.MeanLoss:0.000}, {Units.Rate(PerSecond(progress.Step, elapsed))} examples/s{(left > TimeSpan.Zero ? $", {Units.Duration(left)} left" : "")}";
    }

    private double PerSecond(long steps, TimeSpan elapsed)
    {
        int stepsPerEpoch = (data.Training.Count + training.Sgd.BatchSize - 1) / training.Sgd.BatchSize;
        (long epochs, long rest) = Math.DivRem(steps, stepsPerEpoch);
        long examples = (epochs * data.Training.Count) + (rest * training.Sgd.BatchSize);
        return elapsed > TimeSpan.Zero ? examples / elapsed.TotalSeconds : 0;
    }

    private static void StopIfDiverged(TrainingProgress progress)
    {
        if (!double.IsFinite(progress.MeanLoss))
        {
            throw new InputException($"Training diverged at step {progress.Step}: the loss is not a number. Specify a lower --learning-rate than {progress.LearningRate}; no weights were saved.");
        }
    }
}
