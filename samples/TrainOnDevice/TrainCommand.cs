using System.CommandLine;
using Ftte.Samples.Shared;
using Ftte.Selection;

namespace TrainOnDevice;

/// <summary>The command line: help, and one line for whatever cannot be used or does not fit.</summary>
internal static class TrainCommand
{
    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments as typed.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; gives the exit code.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where the one line about bad input goes.</param>
    /// <returns>The exit code: what the work gave, 1 for a budget that is too small, 2 for bad input.</returns>
    public static async Task<int> InvokeAsync(string[] args, Func<TrainOptions, CancellationToken, int> run, TextWriter output, TextWriter error)
    {
        var options = new CommandOptions();
        var command = new RootCommand(
            "Trains a network in a fixed amount of memory: finds what to train so that it fits, shows where every byte goes, trains, and tests. "
            + "Needs no files and no network; downloads nothing.");
        options.AddTo(command);
        try
        {
            return await CommandRunner.InvokeAsync(command, Read, (read, cancellationToken) => Task.FromResult(run(read, cancellationToken)), args, output, error);
        }
        catch (BudgetTooSmallException refusal)
        {
            await error.WriteLineAsync($"--memory: {refusal.Message}");
            return ExitCode.BudgetTooSmall;
        }

        TrainOptions Read(ParseResult parsed)
        {
            TrainOptions read = options.Read(parsed);
            Check(read);
            return read;
        }
    }

    /// <summary>Finds out now what would otherwise fail after long work.</summary>
    private static void Check(TrainOptions options)
    {
        InputPath.CheckFolder("--data", options.DataFolder, "give the one with the data set's files");
        InputPath.CheckFile("--weights", options.WeightsFile, "give a file with weights");
        OutputFile.CheckAll(("--chart", options.ChartFile, ".png"), ("--json", options.JsonFile, ""), ("--curve", options.CurveFile, ".png"), ("--save", options.SaveFile, ".safetensors"));
    }
}
