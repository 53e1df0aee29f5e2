using System.CommandLine;
using Ftte;

namespace TrainOnDevice;

/// <summary>The command line: help, and exit code 2 with one line for whatever cannot be used.</summary>
internal static class TrainCommand
{
    /// <summary>The exit code after Ctrl+C, as shells have it.</summary>
    public const int Cancelled = 130;

    private const int BadInput = 2;

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

        ParseResult result = command.Parse(args);
        if (result.Errors.Count > 0)
        {
            await error.WriteLineAsync($"{result.Errors[0].Message} (--help shows every option.)");
            return BadInput;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = Timeout.InfiniteTimeSpan, // what was learned is still saved and tested
            });
        }
        catch (InputException bad)
        {
            await error.WriteLineAsync(bad.Message);
            return BadInput;
        }
        catch (BudgetTooSmallException refusal)
        {
            await error.WriteLineAsync($"--memory: {refusal.Message}");
            return BadInput;
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

        (string Option, string? Path, string Extension)[] files =
            [("--chart", options.ChartFile, ".png"), ("--json", options.JsonFile, ""), ("--save", options.SaveFile, ".safetensors")];
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string option, string? path, string extension) in files)
        {
            if (path is null)
            {
                continue;
            }

            OutputFile.Check(option, path, extension);
            if (!taken.TryAdd(Path.GetFullPath(path), option))
            {
                throw new InputException($"{option} '{path}': {taken[Path.GetFullPath(path)]} names the same file; give each its own.");
            }
        }
    }
}
