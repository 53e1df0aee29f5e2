namespace Ftte.Samples.Shared;

/// <summary>Validates the names of an option.</summary>
internal static class NameList
{
    /// <summary>Finds the known spelling of every name, in any case.</summary>
    /// <param name="option">The option.</param>
    /// <param name="noun">The noun for a name, such as <c>selector</c>.</param>
    /// <param name="given">The names of the arguments.</param>
    /// <param name="known">The known names.</param>
    /// <param name="names">The known spelling of each name.</param>
    /// <returns>The error about the first unknown name, with the closest known one; null if all are known.</returns>
    public static string? Check(string option, string noun, IEnumerable<string> given, IReadOnlyCollection<string> known, out string[] names)
    {
        List<string> found = [];
        names = [];
        foreach (string name in given)
        {
            if (known.FirstOrDefault(one => one.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } spelling)
            {
                string separator = known.Any(one => one.Contains(',', StringComparison.Ordinal)) ? "; " : ", ";
                return $"{option} '{name}': unknown {noun}; specify one or more of {string.Join(separator, known)}, with spaces between several.{Suggestion.For(name, known)}";
            }

            found.Add(spelling);
        }

        names = [.. found];
        return null;
    }
}
