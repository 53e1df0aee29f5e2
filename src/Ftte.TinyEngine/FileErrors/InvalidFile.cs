namespace Ftte.TinyEngine.FileErrors;

/// <summary>Creates the exception for an invalid file. The message states the file, the problem and the solution.</summary>
internal static class InvalidFile
{
    /// <summary>Creates the exception.</summary>
    public static InvalidDataException Create(string file, string problem, string advice, Exception? cause = null) => new($"{file}: {problem}; {advice}.", cause);
}
