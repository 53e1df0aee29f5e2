using System.Collections.Immutable;
using System.Text;
using Ftte.Markdown;
using Ftte.Samples.Shared;
using Spectre.Console;

namespace Wearables.Report;

/// <summary>Represents a table with a title.</summary>
/// <param name="Title">The title.</param>
/// <param name="Columns">The names of the columns; the first one identifies the rows.</param>
/// <param name="Rows">The rows, with a cell per column.</param>
internal sealed record TextTable(string Title, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows)
{
    /// <summary>Writes the table to a console.</summary>
    public void Write(IAnsiConsole console)
    {
        var table = new AdaptiveTable();
        foreach (string column in Columns)
        {
            table.AddColumn(column, isNumber: column != Columns[0]);
        }

        foreach (ImmutableArray<string> row in Rows)
        {
            table.AddRow([.. row]);
        }

        console.WriteText(Title);
        table.Write(console);
    }

    /// <summary>Returns the title and the table in Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder($"**{Title}**\n\n").Append(MarkdownText.Header(Columns));
        foreach (ImmutableArray<string> row in Rows)
        {
            text.Append(MarkdownText.Row(row));
        }

        return text.ToString();
    }
}
