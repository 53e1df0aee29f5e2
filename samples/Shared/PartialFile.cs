namespace Ftte.Samples.Shared;

/// <summary>Determines the output path of a stopped run, which never overwrites an existing file of a finished run.</summary>
internal static class PartialFile
{
    /// <summary>Returns the file to write to.</summary>
    /// <param name="path">The file of the option.</param>
    /// <param name="isPartial">True if the run was stopped before its end.</param>
    /// <returns>The file itself; for a stopped run whose file exists, the same name with <c>.partial</c> before the extension.</returns>
    public static string For(string path, bool isPartial) =>
        isPartial && File.Exists(path) ? Path.ChangeExtension(path, $"partial{Path.GetExtension(path)}") : path;

    /// <summary>Returns the folder to write to.</summary>
    /// <param name="folder">The folder of the option.</param>
    /// <param name="isPartial">True if the run was stopped before its end.</param>
    /// <param name="page">The file that a finished run writes to the folder.</param>
    /// <returns>The folder itself; for a stopped run if the page exists, its subfolder <c>partial</c>.</returns>
    public static string Folder(string folder, bool isPartial, string page) =>
        isPartial && File.Exists(Path.Combine(folder, page)) ? Path.Combine(folder, "partial") : folder;
}
