using Ftte;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using SelectionStudy.Data;
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
        CifarPictures pictures;
        try
        {
            pictures = CifarPictures.Divide(
                Cifar10Examples.Load(options.DataFolder, CifarPart.Train), Cifar10Examples.Load(options.DataFolder, CifarPart.Test), options.PublicClasses);
        }
        catch (Exception bad) when (bad is IOException or InvalidDataException)
        {
            throw new InputException(bad.Message, bad);
        }

        int own = pictures.Training.Count - pictures.Public.Length;
        if (own < options.Devices)
        {
            throw new InputException($"--devices {options.Devices}: there are only {own} pictures that are not public; give at most as many devices.");
        }

        float[] parameters = [];
        try
        {
            ProgressTrack.Run(console, time, "base model", track =>
                parameters = BaseModel.Train(network, pictures.Training.Subset(pictures.Public.AsSpan()), track.Report, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Cancelled;
        }

        double baseAccuracy = network.Evaluate(parameters, pictures.Test, batchSize: 50).Accuracy;
        var study = new Study(options, network, new ModelSnapshot(network.Layout, default, parameters), pictures);
        console.WriteLine($"Base model {100 * baseAccuracy:0.0} %; training everything without a plan takes {ByteSize.ToText(study.EagerBytes)}.");
        List<StudyRun> runs = [];
        ProgressTrack.Run(console, time, "study", track => runs = study.Run(
            (share, run) => track.Report(share, $"{run.Selector}, {100 * run.BudgetShare:0} %, seed {run.Seed}, step {run.LearningRate}: {100 * run.Accuracy:0.0} %"), cancellationToken));
        StudyTable.Write(console, runs, baseAccuracy);
        bool isStopped = cancellationToken.IsCancellationRequested;
        if (options.JsonFile is { } json)
        {
            json = PartialFile.For(json, isStopped);
            StudyJson.Write(json, new StudyFacts(baseAccuracy, study.EagerBytes, options.Updates, options.Devices, runs));
            console.WriteFileName(json);
        }

        if (options.ChartFile is { } chart && runs.Count > 0)
        {
            chart = PartialFile.For(chart, isStopped);
            StudyChart.Save(chart, runs, baseAccuracy);
            console.WriteLine($"The picture is in {chart}.");
        }

        return isStopped ? ExitCode.Cancelled : ExitCode.Done;
    }
}
