using System.CommandLine;
using Ftte.Samples.Shared;
using Ftte.Selection;

namespace TrainOnDevice;

/// <summary>The command line: help, and exit code 2 with one line for whatever cannot be used.</summary>
internal static class TrainCommand
{
    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments as typed.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; gives the exit code.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where the one line about bad input goes.</param>
    /// <returns>The exit code: what the work gave, or 2 for bad input and a budget that is too small.</returns>
    public static async Task<int> InvokeAsync(string[] args, Func<TrainOptions, CancellationToken, int> run, TextWriter output, TextWriter error)
    {
        var options = new CommandOptions();
        var command = new RootCommand(
            "Trains a network in a fixed amount of memory: finds what to train so that it fits, shows where every byte goes, trains, and tests. "
            + "Needs no files and no network; downloads nothing.");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            TrainOptions read = options.Read(parsed);
            Check(read);

            // On another thread, because Ctrl+C is listened to only once this returns.
            return Task.Run(() => run(read, cancellationToken), CancellationToken.None);
        });

        try
        {
            return await CommandRunner.InvokeAsync(command, args, output, error);
        }
        catch (BudgetTooSmallException refusal)
        {
            await error.WriteLineAsync($"--memory: {refusal.Message}");
            return ExitCode.BadInput;
        }
    }

    /// <summary>Finds out now what would otherwise fail after long work.</summary>
    private static void Check(TrainOptions options)
    {
        if (options.DataFolder is { } folder && !Directory.Exists(folder))
        {
            throw new InputException($"--data '{folder}': there is no such folder; give the one with the data set's files.");
        }

        if (options.WeightsFile is { } weights && !File.Exists(weights))
        {
            throw new InputException($"--weights '{weights}': there is no such file.");
        }

        OutputFile.CheckAll(("--chart", options.ChartFile, ".png"), ("--json", options.JsonFile, ""), ("--curve", options.CurveFile, ".png"), ("--save", options.SaveFile, ".safetensors"));
    }
}
