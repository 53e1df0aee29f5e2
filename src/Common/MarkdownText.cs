using System.Text;

namespace Ftte.Markdown;

/// <summary>Escapes text for Markdown.</summary>
internal static class MarkdownText
{
    private const string Special = "\\`|*_[]<>&~$#";

    /// <summary>Escapes text so that Markdown shows it as it is, also in a cell of a table.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text on one line: line breaks and other control characters become spaces.</returns>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (Special.Contains(c, StringComparison.Ordinal))
            {
                escaped.Append('\\');
            }

            escaped.Append(char.IsControl(c) ? ' ' : c);
        }

        return escaped.ToString();
    }

    /// <summary>Writes a table row.</summary>
    /// <param name="cells">The cells as plain text.</param>
    public static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(Escape))} |\n";

    /// <summary>Writes the header of a table, and the line below it.</summary>
    /// <param name="columns">The names of the columns as plain text.</param>
    public static string Header(IReadOnlyCollection<string> columns) => $"{Row(columns)}|{string.Concat(columns.Select(_ => " --- |"))}\n";
}
