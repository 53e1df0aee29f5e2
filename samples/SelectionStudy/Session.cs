using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using SelectionStudy.Data;
using SelectionStudy.Learning;
using SelectionStudy.Report;
using Spectre.Console;

namespace SelectionStudy;

/// <summary>Represents one run of the program: reads data, trains, compares and draws.</summary>
/// <param name="options">The options of the command.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock.</param>
internal sealed class Session(StudyOptions options, IAnsiConsole console, TimeProvider time)
{
    /// <summary>Runs the command.</summary>
    /// <param name="cancellationToken">Cancels the study; finished runs are written.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled before the first run.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create("resnet8", NormalizationKind.Batch);
        (Cifar10Examples training, Cifar10Examples test) = Cifar10Files.Load(options.DataFolder);
        CifarImages images = CifarImages.Divide(training, test, options.PublicClasses);
        int own = images.Training.Count - images.Public.Length;
        if (own < options.Devices)
        {
            throw new InputException($"--devices {options.Devices}: only {own} images are not public; specify at most as many devices.");
        }

        float[] parameters = [];
        ProgressTrack.Run(console, time, "base model", track =>
            parameters = BaseModel.Train(network, images.Training.Subset(images.Public.AsSpan()), track.Report, cancellationToken));
        var start = new StartModel(network, parameters, images.Test, options.Threads);
        var study = new Study(options, start, images);
        console.WriteText($"Base model {Units.Percent(start.Accuracy)}; training all parameters without a plan takes {ByteSize.ToText(study.EagerBytes)}.");
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
