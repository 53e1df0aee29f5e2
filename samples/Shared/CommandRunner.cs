using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Ftte.Samples.Shared;

/// <summary>Runs a command line, with a message of one line and exit code 2 for invalid input and for files that cannot be read or written.</summary>
/// <remarks>Help is written to the output, with exit code 0. Ctrl+C cancels the work; a canceled run has exit code 130.</remarks>
internal static class CommandRunner
{
    /// <summary>Reads the arguments into options and runs with them.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <param name="command">The command, with its options.</param>
    /// <param name="read">Reads and validates the arguments.</param>
    /// <param name="run">The work; Ctrl+C cancels its token; returns the exit code.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input or a canceled run.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> InvokeAsync<TOptions>(
        RootCommand command, Func<ParseResult, TOptions> read, Func<TOptions, CancellationToken, Task<int>> run, string[] args, TextWriter output, TextWriter error)
    {
        command.SetAction((parsed, cancellationToken) => run(read(parsed), cancellationToken));
        return InvokeAsync(command, args, output, error);
    }

    /// <summary>Reads the arguments and runs the command.</summary>
    /// <param name="command">The command, with its options and its action.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives one line about invalid input.</param>
    /// <returns>The exit code of the command, or 2 if the input is invalid or a file cannot be read or written.</returns>
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

        // Not disposed, because a signal can arrive at any time. The handler of System.CommandLine fails if that is when the command ends.
        var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (Exception refused) when (refused is InputException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // A full disk, a missing file or the file of another run is not an error of the program: the user needs the reason, not the stack trace.
            await error.WriteLineAsync(refused.Message.ReplaceLineEndings(" "));
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Canceled; nothing was written.");
            return ExitCode.Cancelled;
        }

        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = true; // the command ends by itself, so that results so far are still written
            stop.Cancel();
        }
    }
}
