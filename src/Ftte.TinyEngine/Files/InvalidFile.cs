namespace Ftte.TinyEngine.Files;

/// <summary>Creates the exception for a file that a reader refuses: the file, what is wrong with it, and what to do.</summary>
internal static class InvalidFile
{
    /// <summary>Creates the exception.</summary>
    public static InvalidDataException Create(string file, string problem, string advice, Exception? cause = null) => new($"{file}: {problem}; {advice}.", cause);
}
