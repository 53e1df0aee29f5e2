using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Spectre.Console;
using TrainOnDevice.Data;
using TrainOnDevice.Planning;
using TrainOnDevice.Report;
using TrainOnDevice.Training;

namespace TrainOnDevice;

/// <summary>One run of the program: data, plan, pictures, training, figures.</summary>
/// <param name="options">What the user asked for.</param>
/// <param name="console">Where to say what goes on.</param>
/// <param name="time">The clock.</param>
internal sealed class Session(TrainOptions options, IAnsiConsole console, TimeProvider time)
{
    /// <summary>Runs.</summary>
    /// <param name="cancellationToken">Stops training; what was learned is kept.</param>
    /// <returns>The exit code.</returns>
    public int Run(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create(options.Model);
        DataSet data = DataSets.Open(network, options);
        float[] parameters = network.Initialize(options.Seed);
        if (options.WeightsFile is { } weights)
        {
            WeightFile.Read(weights, network, parameters);
        }
        else if (options.Normalization == NormalizationMode.Frozen && FittedTraining.Statistics(network).Count > 0)
        {
            console.WriteLine("Random weights with the statistics frozen learn slowly, if at all: give --weights, or make some with --normalization batch, more --memory, and --save.");
        }

        FittedTraining training = Fitting.Find(network, parameters, data.Training, options);
        Introduction.Write(console, options.Model, data, training);
        PlanTable.Write(console, training);
        PlanChart.Save(options.ChartFile, options.Model, training);
        console.WriteLine($"The picture is in {options.ChartFile}.");

        TrainingOutcome? outcome = options.PlanOnly ? null : Train(parameters, training, data, cancellationToken);
        if (options.JsonFile is { } json)
        {
            ResultJson.Write(json, RunResult.Of(options, data, training, outcome));
        }

        return outcome is { IsCancelled: true } ? ExitCode.Cancelled : ExitCode.Done;
    }

    private TrainingOutcome Train(float[] parameters, FittedTraining training, DataSet data, CancellationToken cancellationToken)
    {
        TrainingOutcome outcome = new DeviceTraining(training, data, console, time, options.CurveFile is not null).Run(parameters, Save, cancellationToken);
        string kept = options.SaveFile is { } file ? $"is in {file}" : "was tested; give --save to keep it";
        if (outcome.IsCancelled)
        {
            console.WriteLine($"Stopped after {outcome.Steps:N0} of {outcome.StepsPlanned:N0} steps; what was learned until then {kept}.");
        }
        else if (options.SaveFile is not null)
        {
            console.WriteLine($"What was learned {kept}.");
        }

        if (options.CurveFile is { } curve)
        {
            LearningCurve.Save(curve, $"{options.Model} on {data.Name}", outcome.Curve);
            console.WriteLine($"Accuracy over the epochs is in {curve}.");
        }

        console.WriteLine(
            $"After: {DeviceTraining.Describe(outcome.After)} (before: {DeviceTraining.Describe(outcome.Before)}); {outcome.Steps:N0} steps in "
            + $"{Units.Duration(outcome.Duration)}, {Units.Rate(outcome.ExamplesPerSecond)} examples/s.");
        return outcome;

        void Save(float[] trained)
        {
            if (options.SaveFile is { } file)
            {
                WeightFile.Write(file, training.Plan.Network, trained);
            }
        }
    }
}
