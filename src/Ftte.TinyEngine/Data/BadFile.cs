namespace Ftte.TinyEngine;

/// <summary>Words the one error that a reader gives for a file it refuses: which file, what is wrong with it, what to do.</summary>
internal static class BadFile
{
    public static InvalidDataException Because(string file, string what, string advice, Exception? cause = null) => new($"{file}: {what}; {advice}.", cause);
}
