using System.Collections.Immutable;
using Ftte;
using Ftte.Samples.Shared;
using Spectre.Console;

namespace Wearables.Report;

/// <summary>Writes tables to the console, and tables and rows to the files of the options.</summary>
internal static class ResultOutput
{
    /// <summary>Writes everything except charts.</summary>
    /// <param name="options">The options.</param>
    /// <param name="console">The console.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="rows">The rows as JSON objects.</param>
    public static void Write(WearablesOptions options, IAnsiConsole console, ImmutableArray<TextTable> tables, IEnumerable<string> rows)
    {
        foreach (TextTable table in tables)
        {
            table.Write(console);
        }

        if (options.TableFile is { } tableFile)
        {
            AtomicFile.WriteAllText(tableFile, string.Join('\n', tables.Select(table => table.ToMarkdown())));
            console.WriteFileName(tableFile);
        }

        if (options.JsonFile is { } jsonFile)
        {
            AtomicFile.WriteAllText(jsonFile, $"[\n{string.Join(",\n", rows)}\n]\n");
            console.WriteFileName(jsonFile);
        }
    }
}
