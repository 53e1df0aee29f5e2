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

    /// <summary>Returns the folder to write to.</summary>
    /// <param name="folder">The folder that the user named.</param>
    /// <param name="isPartial">Whether the run was stopped before its end.</param>
    /// <param name="page">The file that a finished run leaves in the folder.</param>
    /// <returns>The folder itself; for a stopped run if the page exists, its subfolder <c>partial</c>.</returns>
    public static string Folder(string folder, bool isPartial, string page) =>
        isPartial && File.Exists(Path.Combine(folder, page)) ? Path.Combine(folder, "partial") : folder;
}
