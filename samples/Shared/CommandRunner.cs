using System.CommandLine;

namespace Ftte.Samples.Shared;

/// <summary>Runs a command line, with one line and exit code 2 for whatever cannot be used.</summary>
internal static class CommandRunner
{
    /// <summary>Reads the arguments and runs the command.</summary>
    /// <param name="command">The command, with its options and its action.</param>
    /// <param name="args">The arguments as typed.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where the one line about bad input goes.</param>
    /// <returns>The exit code: what the command gave, or 2 for bad input.</returns>
    public static async Task<int> InvokeAsync(RootCommand command, string[] args, TextWriter output, TextWriter error)
    {
        ParseResult result = command.Parse(args);
        if (result.Errors.Count > 0)
        {
            await error.WriteLineAsync($"{result.Errors[0].Message} (--help shows every option.)");
            return ExitCode.BadInput;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = Timeout.InfiniteTimeSpan, // what there is so far is still written
            });
        }
        catch (InputException bad)
        {
            await error.WriteLineAsync(bad.Message);
            return ExitCode.BadInput;
        }
    }
}
