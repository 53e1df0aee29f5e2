namespace Ftte.TinyEngine;

/// <summary>Names in an error: all of a few, or the first of many.</summary>
internal static class Listing
{
    private const int Most = 8;

    public static string Of(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length == 0 ? "none"
            : all.Length <= Most ? string.Join(", ", all)
            : $"{string.Join(", ", all[..Most])} and {all.Length - Most} more";
    }
}
