using System.CommandLine;
using System.Globalization;

namespace Ftte.Samples.Shared;

/// <summary>Runs a command line, with one line and exit code 2 for input that cannot be used and for files that cannot be read or written.</summary>
internal static class CommandRunner
{
    /// <summary>Reads the arguments and runs the command.</summary>
    /// <param name="command">The command, with its options and its action.</param>
    /// <param name="args">The arguments as typed.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Receives the one line about what cannot be used.</param>
    /// <returns>The exit code of the command, or 2 if the input cannot be used or a file cannot be read or written.</returns>
    public static async Task<int> InvokeAsync(RootCommand command, string[] args, TextWriter output, TextWriter error)
    {
        // The tables, messages and charts of the samples are in English, and so are their numbers.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        ParseResult result = command.Parse(args);
        if (result.Errors.Count > 0)
        {
            string misspelled = result.UnmatchedTokens.FirstOrDefault(token => token.StartsWith('-')) ?? "";
            string suggestion = Suggestion.For(misspelled, command.Options.Select(option => option.Name).Where(_ => misspelled.Length > 0));
            await error.WriteLineAsync($"{result.Errors[0].Message}{suggestion} (--help shows every option.)");
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
        catch (Exception refused) when (refused is InputException or IOException or UnauthorizedAccessException)
        {
            // A full disk or a file that vanished is no fault of the program: the user needs the reason, not the stack.
            await error.WriteLineAsync(refused.Message.ReplaceLineEndings(" "));
            return ExitCode.BadInput;
        }
    }
}
