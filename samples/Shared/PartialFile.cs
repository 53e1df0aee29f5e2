namespace Ftte.Samples.Shared;

/// <summary>Decides where a run that was stopped writes: never over a file that is there, which may be of a finished run.</summary>
internal static class PartialFile
{
    /// <summary>Returns the name to write to.</summary>
    /// <param name="path">The file that the user named.</param>
    /// <param name="isPartial">Whether the run was stopped before its end.</param>
    /// <returns>The file itself; for a stopped run whose file exists, the same with <c>.partial</c> before the extension.</returns>
    public static string For(string path, bool isPartial) =>
        isPartial && File.Exists(path) ? Path.ChangeExtension(path, $"partial{Path.GetExtension(path)}") : path;
}
