using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using SelectionStudy.Data;
using SelectionStudy.Learning;
using SelectionStudy.Report;
using Spectre.Console;

namespace SelectionStudy;

/// <summary>One run of the program: read, train, compare, draw.</summary>
/// <param name="options">What the user asked for.</param>
/// <param name="console">Where to say what goes on.</param>
/// <param name="time">The clock.</param>
internal sealed class Session(StudyOptions options, IAnsiConsole console, TimeProvider time)
{
    /// <summary>Runs.</summary>
    /// <param name="cancellationToken">Stops; finished runs are written.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">It was stopped before the first run.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create("resnet8");
        (Cifar10Examples training, Cifar10Examples test) = Cifar10Files.Load(options.DataFolder);
        CifarPictures pictures = CifarPictures.Divide(training, test, options.PublicClasses);
        int own = pictures.Training.Count - pictures.Public.Length;
        if (own < options.Devices)
        {
            throw new InputException($"--devices {options.Devices}: there are only {own} pictures that are not public; give at most as many devices.");
        }

        float[] parameters = [];
        ProgressTrack.Run(console, time, "base model", track =>
            parameters = BaseModel.Train(network, pictures.Training.Subset(pictures.Public.AsSpan()), track.Report, cancellationToken));
        var start = new StartModel(network, parameters, pictures.Test, options.Threads);
        var study = new Study(options, start, pictures);
        console.WriteText($"Base model {Units.Percent(start.Accuracy)}; training everything without a plan takes {ByteSize.ToText(study.EagerBytes)}.");
        List<StudyRun> runs = [];
        await ProgressTrack.RunAsync(console, time, "study", async track => runs = await study.RunAsync(track.Report, cancellationToken));
        StudyTable.Write(console, runs, start.Accuracy);
        if (options.ReportFolder is { } folder && runs.Count > 0)
        {
            StudyReport.Write(folder, study, runs, start.Accuracy, cancellationToken.IsCancellationRequested).ForEach(console.WriteFileName);
        }

        return cancellationToken.IsCancellationRequested ? ExitCode.Cancelled : ExitCode.Done;
    }
}
