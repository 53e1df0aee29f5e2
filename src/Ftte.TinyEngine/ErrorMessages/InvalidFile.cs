namespace Ftte.TinyEngine.ErrorMessages;

/// <summary>Creates the exception for an invalid file. The message states the file, the problem and the solution.</summary>
internal static class InvalidFile
{
    /// <summary>The name of a stream, which has no path.</summary>
    public const string Stream = "the stream";

    /// <summary>Creates the exception.</summary>
    /// <param name="file">The path of the file, or <see cref="Stream"/>.</param>
    /// <param name="problem">The problem, in lower case and without a period.</param>
    /// <param name="advice">What to do, in lower case and without a period.</param>
    /// <param name="cause">The cause; null for none.</param>
    public static InvalidDataException Create(string file, string problem, string advice, Exception? cause = null) =>
        new($"{Describe(file)} cannot be read: {problem}. {char.ToUpperInvariant(advice[0])}{advice[1..]}.", cause);

    /// <summary>Returns a file as the beginning of a sentence.</summary>
    public static string Describe(string file) => file == Stream ? "The stream" : $"The file '{file}'";
}
