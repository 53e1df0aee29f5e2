using System.Collections.Immutable;

namespace Ftte.Samples.Shared;

/// <summary>Wraps text into lines, without breaking words or numbers with units and without spaces at the end of a line.</summary>
internal static class TextLines
{
    private static readonly ImmutableArray<string> Units = ["%", "B", "KiB", "MiB", "GiB", "KB", "MB", "GB", "k", "M", "G", "s", "min", "h"];

    /// <summary>Wraps text between words.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The maximum number of characters of a line; a longer word gets its own line.</param>
    public static List<string> Wrap(string text, int width) => Fill(Words(text), " ", width);

    /// <summary>Wraps a list between its items, and within an item only if it is longer than a line.</summary>
    /// <param name="items">The items.</param>
    /// <param name="separator">The text between two items; its trailing spaces are omitted at the end of a line.</param>
    /// <param name="width">The maximum number of characters of a line.</param>
    public static List<string> Join(IReadOnlyList<string> items, string separator, int width)
    {
        var parts = new List<string>();
        for (int i = 0; i < items.Count; i++)
        {
            string item = i + 1 < items.Count ? items[i] + separator.TrimEnd() : items[i];
            parts.AddRange(item.Length <= width ? [item] : Words(item));
        }

        return Fill(parts, " ", width);
    }

    /// <summary>Shortens text to a width; an ellipsis marks the omitted part.</summary>
    public static string Cut(string text, int width) => text.Length <= width ? text : width < 1 ? "" : string.Concat(text.AsSpan(0, width - 1).TrimEnd(), "…");

    private static List<string> Fill(IEnumerable<string> parts, string separator, int width)
    {
        var lines = new List<string>();
        foreach (string part in parts)
        {
            if (lines.Count > 0 && lines[^1].Length + separator.Length + part.Length <= width)
            {
                lines[^1] += separator + part;
            }
            else
            {
                lines.Add(part);
            }
        }

        return lines;
    }

    private static IEnumerable<string> Words(string text)
    {
        string? held = null;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (held is not null && char.IsAsciiDigit(held[^1]) && Units.Contains(word.TrimEnd(',', ';', '.', ':', ')')))
            {
                held += ' ' + word;
                continue;
            }

            if (held is not null)
            {
                yield return held;
            }

            held = word;
        }

        if (held is not null)
        {
            yield return held;
        }
    }
}
