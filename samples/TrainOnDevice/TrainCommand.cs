using System.CommandLine;
using Ftte.Samples.Shared;
using Ftte.Selection;

namespace TrainOnDevice;

/// <summary>Defines the command line.</summary>
internal static class TrainCommand
{
    /// <summary>Reads the arguments, checks them and runs.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; returns the exit code.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input.</param>
    /// <returns>The exit code of the work; 1 if the budget is too small, 2 for invalid input.</returns>
    public static async Task<int> InvokeAsync(string[] args, Func<TrainOptions, CancellationToken, int> run, TextWriter output, TextWriter error)
    {
        var options = new CommandOptions();
        var command = new RootCommand(
            "Trains a network in a fixed amount of memory: selects the parameters that fit, shows the use of every byte, trains, and tests. "
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

    /// <summary>Validates the options and files before the work starts.</summary>
    private static void Check(TrainOptions options)
    {
        InputPath.CheckFolder("--data", options.DataFolder, "specify the one with the data set's files");
        InputPath.CheckFile("--weights", options.WeightsFile, "specify a file with weights");
        OutputFile.CheckAll(("--chart", options.ChartFile, ".png"), ("--json", options.JsonFile, ""), ("--curve", options.CurveFile, ".png"), ("--save", options.SaveFile, ".safetensors"));
    }
}
