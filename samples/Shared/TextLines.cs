using System.Collections.Immutable;

namespace Ftte.Samples.Shared;

/// <summary>Breaks text into lines, so that neither a word nor a number and its unit is broken, and no line ends in a space.</summary>
internal static class TextLines
{
    private static readonly ImmutableArray<string> Units = ["%", "B", "KiB", "MiB", "GiB", "KB", "MB", "GB", "k", "M", "G", "s", "min", "h"];

    /// <summary>Breaks text between words.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The largest number of characters of a line; a word that is longer has a line of its own.</param>
    public static List<string> Wrap(string text, int width) => Fill(Words(text), " ", width);

    /// <summary>Breaks a list between its items, and an item only if it is longer than a line.</summary>
    /// <param name="items">The items.</param>
    /// <param name="separator">The text between two items; its spaces at the end are left out where a line ends.</param>
    /// <param name="width">The largest number of characters of a line.</param>
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

    /// <summary>Shortens text to a width; what is left out is marked with an ellipsis.</summary>
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
