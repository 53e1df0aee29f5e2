using System.Globalization;
using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>The terminal, or the file or pipe that stands for it.</summary>
internal static class SampleConsole
{
    private const int LogWidth = 240; // nothing breaks the lines of a log
    private const int MinWidth = 20;

    /// <summary>Creates a console on standard output.</summary>
    public static IAnsiConsole Create()
    {
        // Some build servers are taken for terminals; a file or a pipe never gets colors or moving bars.
        AnsiSupport colors = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = colors });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOf(Environment.GetEnvironmentVariable("COLUMNS"));
        }

        return console;
    }

    /// <summary>Writes a paragraph as wide as the console is.</summary>
    public static void WriteText(this IAnsiConsole console, string text)
    {
        foreach (string line in TextLines.Wrap(text, console.Profile.Width))
        {
            console.Profile.Out.Writer.WriteLine(line);
        }
    }

    /// <summary>Says that a file was written. The path is not broken where the terminal ends, so that it can be copied.</summary>
    public static void WriteFileName(this IAnsiConsole console, string path) => console.Profile.Out.Writer.WriteLine($"Wrote {path}.");

    private static int WidthOf(string? columns) =>
        int.TryParse(columns, NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width >= MinWidth ? width : LogWidth;
}
