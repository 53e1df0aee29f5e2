namespace Ftte.TinyEngine.ErrorMessages;

/// <summary>Formats names for an error message: all names, or the first ones if there are many.</summary>
internal static class NameList
{
    private const int MaxNames = 8;

    /// <summary>Returns the names as one text, separated by commas.</summary>
    public static string Format(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length == 0 ? "none"
            : all.Length <= MaxNames ? string.Join(", ", all)
            : $"{string.Join(", ", all[..MaxNames])} and {all.Length - MaxNames} more";
    }
}
