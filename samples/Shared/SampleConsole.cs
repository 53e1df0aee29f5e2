using System.Globalization;
using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>Creates the console of the samples, on a terminal, a file or a pipe.</summary>
internal static class SampleConsole
{
    private const int LogWidth = 240; // lines of a log are not wrapped
    private const int MinWidth = 20;

    /// <summary>Creates a console on standard output.</summary>
    public static IAnsiConsole Create()
    {
        // Some build servers are detected as terminals. A file or a pipe never gets colors or progress bars.
        AnsiSupport colors = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = colors });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOf(Environment.GetEnvironmentVariable("COLUMNS"));
        }

        return console;
    }

    /// <summary>Writes a paragraph with the width of the console.</summary>
    public static void WriteText(this IAnsiConsole console, string text)
    {
        foreach (string line in TextLines.Wrap(text, console.Profile.Width))
        {
            console.Profile.Out.Writer.WriteLine(line);
        }
    }

    /// <summary>Writes the name of a written file. The path is not wrapped, so that it can be copied.</summary>
    public static void WriteFileName(this IAnsiConsole console, string path) => console.Profile.Out.Writer.WriteLine($"Wrote {path}.");

    private static int WidthOf(string? columns) =>
        int.TryParse(columns, NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width >= MinWidth ? width : LogWidth;
}
