using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>The terminal, or the file or pipe that stands for it.</summary>
internal static class SampleConsole
{
    private const int LogWidth = 240; // nothing breaks the lines of a log

    /// <summary>Makes a console on standard output.</summary>
    public static IAnsiConsole Create()
    {
        // Some build servers are taken for terminals; a file or a pipe never gets colours or moving bars.
        AnsiSupport colours = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = colours });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = LogWidth;
        }

        return console;
    }
}
