namespace Ftte.Samples.Shared;

/// <summary>Finds the known name that is closest to a misspelled one.</summary>
internal static class Suggestion
{
    /// <summary>Returns the sentence that names the closest known name, with a space before it; empty if none is close.</summary>
    /// <param name="text">The misspelled name.</param>
    /// <param name="names">The known names.</param>
    public static string For(string text, IEnumerable<string> names) => Closest(text, names) is { } name ? $" Did you mean '{name}'?" : "";

    /// <summary>Finds the known name with the fewest different characters, in any case.</summary>
    /// <param name="text">The misspelled name.</param>
    /// <param name="names">The known names; of equally close ones the first is returned.</param>
    /// <returns>The name; null if more than a third of its characters differ, or more than two of a short one.</returns>
    public static string? Closest(string text, IEnumerable<string> names)
    {
        string? best = null;
        int minDistance = int.MaxValue;
        foreach (string name in names)
        {
            int distance = Distance(text.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance < minDistance && distance < name.Length && distance <= Math.Max(2, name.Length / 3))
            {
                (best, minDistance) = (name, distance);
            }
        }

        return best;
    }

    /// <summary>Counts the characters to insert, delete or replace.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], cost);
            }
        }

        return row[^1];
    }
}
