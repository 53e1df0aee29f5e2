using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>Writes a table, or a list if the terminal is too narrow for the table, so that no cell is wrapped or cut.</summary>
/// <param name="headings">The number of first columns that identify a row; in the list they are its heading.</param>
internal sealed class AdaptiveTable(int headings = 1)
{
    private const string Indent = "  ";

    private readonly List<(string Name, bool IsNumber)> _columns = [];
    private readonly List<(string[] Cells, string Style, int Marked)> _rows = [];

    /// <summary>Adds a column.</summary>
    /// <param name="name">The name, as plain text.</param>
    /// <param name="isNumber">True to align the cells to the right.</param>
    public AdaptiveTable AddColumn(string name, bool isNumber = false)
    {
        _columns.Add((name, isNumber));
        return this;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="cells">A cell per column, as plain text.</param>
    /// <param name="style">The style of all cells.</param>
    /// <param name="marked">The index of the cell to emphasize; -1 for none.</param>
    public void AddRow(string[] cells, string style = "default", int marked = -1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, _columns.Count);
        _rows.Add((cells, style, marked));
    }

    /// <summary>Writes the table, or the list.</summary>
    public void Write(IAnsiConsole console)
    {
        // A border and two spaces for every column, and the last border.
        int width = 1 + _columns.Select((column, c) => 3 + _rows.Select(row => row.Cells[c].Length).Append(column.Name.Length).Max()).Sum();
        if (width <= console.Profile.Width)
        {
            WriteTable(console);
        }
        else
        {
            WriteList(console);
        }
    }

    private static string Styled(string text, string style) => text.Length == 0 ? "" : $"[{style}]{Markup.Escape(text)}[/]";

    private static string StyleOf((string[] Cells, string Style, int Marked) row, int cell) => cell == row.Marked ? "bold red" : row.Style;

    private void WriteTable(IAnsiConsole console)
    {
        Table table = new Table().Border(console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii);
        foreach ((string name, bool isNumber) in _columns)
        {
            TableColumn column = new TableColumn(Styled(name, "bold")).NoWrap();
            table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        foreach (var row in _rows)
        {
            table.AddRow([.. row.Cells.Select((cell, c) => Styled(cell, StyleOf(row, c)))]);
        }

        console.Write(table);
    }

    private void WriteList(IAnsiConsole console)
    {
        foreach (var row in _rows)
        {
            console.MarkupLine(Styled(string.Join(", ", row.Cells.Take(headings).Where(cell => cell.Length > 0)), "bold"));
            int[] filled = [.. Enumerable.Range(headings, _columns.Count - headings).Where(c => row.Cells[c].Length > 0)];
            string[] facts = [.. filled.Select(c => _columns[c].Name.Length == 0 ? row.Cells[c] : $"{_columns[c].Name}: {row.Cells[c]}")];
            foreach (string line in TextLines.Join(facts, "; ", console.Profile.Width - Indent.Length))
            {
                // Only a fact that is not wrapped is emphasized, because a line does not identify its cell.
                int marked = Array.IndexOf(filled, row.Marked);
                string text = Styled(line, row.Style);
                console.MarkupLine(Indent + (marked < 0 ? text : text.Replace(Markup.Escape(facts[marked]), Styled(facts[marked], StyleOf(row, row.Marked)), StringComparison.Ordinal)));
            }
        }
    }
}
