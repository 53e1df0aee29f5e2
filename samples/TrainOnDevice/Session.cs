using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Spectre.Console;
using TrainOnDevice.Data;
using TrainOnDevice.Planning;
using TrainOnDevice.Report;
using TrainOnDevice.Training;

namespace TrainOnDevice;

/// <summary>Represents one run of the program: reads data, plans, draws charts, trains and reports.</summary>
/// <param name="options">The options of the command.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock.</param>
internal sealed class Session(TrainOptions options, IAnsiConsole console, TimeProvider time)
{
    private string? _saved;

    /// <summary>Runs the command.</summary>
    /// <param name="cancellationToken">Cancels training; the weights of the last step are kept.</param>
    /// <returns>The exit code.</returns>
    public int Run(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create(options.Model, NormalizationKind.Batch);
        DataSet data = DataSets.Open(network, options);
        float[] parameters = network.Initialize(options.Seed);
        if (options.WeightsFile is { } weights)
        {
            WeightFile.Read(weights, network, parameters);
        }
        else if (options.Normalization == NormalizationMode.Frozen && FittedTraining.Statistics(network).Count > 0)
        {
            console.WriteText("Random weights with frozen statistics learn slowly, if at all: specify --weights, or create weights with --normalization batch, more --memory, and --save.");
        }

        FittedTraining training = Fitting.Find(network, parameters, data.Training, options);
        Introduction.Write(console, options.Model, data, training);
        PlanTable.Write(console, training);
        if (options.ChartFile is { } chart)
        {
            PlanChart.Save(chart, options.Model, training);
            console.WriteFileName(chart);
        }

        TrainingOutcome? outcome = options.PlanOnly ? null : Train(parameters, training, data, cancellationToken);
        if (options.JsonFile is { } json)
        {
            string file = PartialFile.For(json, outcome is { IsCancelled: true });
            ResultJson.Write(file, RunResult.Of(options with { SaveFile = _saved }, data, training, outcome));
            console.WriteFileName(file);
        }

        return outcome is { IsCancelled: true } ? ExitCode.Cancelled : ExitCode.Done;
    }

    private TrainingOutcome Train(float[] parameters, FittedTraining training, DataSet data, CancellationToken cancellationToken)
    {
        TrainingOutcome outcome = new DeviceTraining(training, data, console, time, options.CurveFile is not null).Run(parameters, Save, cancellationToken);
        if (outcome.IsCancelled)
        {
            console.WriteText($"Stopped after {outcome.Steps:N0} of {outcome.StepsPlanned:N0} steps.{(_saved is null ? " The weights of the last step were tested; specify --save to keep them." : "")}");
        }

        if (_saved is { } file)
        {
            console.WriteFileName(file);
        }

        if (options.CurveFile is { } curve)
        {
            curve = PartialFile.For(curve, outcome.IsCancelled);
            LearningCurve.Save(curve, $"{options.Model} on {data.Name}", outcome.Curve, !outcome.IsCancelled);
            console.WriteFileName(curve);
        }

        console.WriteText(
            $"After: {DeviceTraining.Describe(outcome.After)} (before: {DeviceTraining.Describe(outcome.Before)}); {outcome.Steps:N0} steps in "
            + $"{Units.Duration(outcome.Duration)}, {Units.Rate(outcome.ExamplesPerSecond)} examples/s.");
        return outcome;

        void Save(float[] trained, bool isComplete)
        {
            if (options.SaveFile is { } file)
            {
                _saved = PartialFile.For(file, !isComplete);
                WeightFile.Write(_saved, training.Plan.Network, trained);
            }
        }
    }
}
