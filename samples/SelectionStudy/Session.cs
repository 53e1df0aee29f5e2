using Ftte;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using SelectionStudy.Report;
using SelectionStudy.Running;
using Spectre.Console;

namespace SelectionStudy;

/// <summary>One run of the program: read, train, compare, draw.</summary>
/// <param name="options">What the user asked for.</param>
/// <param name="console">Where to say what goes on.</param>
/// <param name="time">The clock.</param>
internal sealed class Session(StudyOptions options, IAnsiConsole console, TimeProvider time)
{
    /// <summary>Runs.</summary>
    /// <param name="cancellationToken">Stops; what there is until then is written.</param>
    /// <returns>The exit code.</returns>
    public int Run(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create("resnet8");
        float[] parameters = new float[network.Layout.ParameterCount];
        Cifar10Examples training, test;
        try
        {
            training = Cifar10Examples.Load(options.DataFolder, CifarPart.Train);
            test = Cifar10Examples.Load(options.DataFolder, CifarPart.Test);
            network.LoadWeights(options.BaseFile, parameters);
        }
        catch (Exception bad) when (bad is IOException or InvalidDataException or ArgumentException)
        {
            throw new InputException(bad.Message, bad);
        }

        double baseAccuracy = network.Evaluate(parameters, test, batchSize: 50).Accuracy;
        var study = new Study(options, network, new ModelSnapshot(network.Layout, default, parameters), training, test);
        console.WriteLine($"Base model {100 * baseAccuracy:0.0} %; training everything without a plan takes {ByteSize.ToText(study.EagerBytes)}.");
        List<StudyRun> runs = [];
        ProgressTrack.Run(console, time, "study", track => runs = study.Run(
            (share, run) => track.Report(share, $"{run.Selector}, {100 * run.BudgetShare:0} %, seed {run.Seed}, step {run.LearningRate}: {100 * run.Accuracy:0.0} %"), cancellationToken));
        StudyTable.Write(console, runs, baseAccuracy);
        if (options.JsonFile is { } json)
        {
            StudyJson.Write(json, new StudyFacts(baseAccuracy, study.EagerBytes, options.Updates, options.Devices, runs));
        }

        if (options.ChartFile is { } chart && runs.Count > 0)
        {
            StudyChart.Save(chart, runs, baseAccuracy);
            console.WriteLine($"The picture is in {chart}.");
        }

        return cancellationToken.IsCancellationRequested ? ExitCode.Cancelled : ExitCode.Done;
    }
}
