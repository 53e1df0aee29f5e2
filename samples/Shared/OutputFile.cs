namespace Ftte.Samples.Shared;

/// <summary>Validates output files before the work starts.</summary>
internal static class OutputFile
{
    /// <summary>Validates that files can be written, and that no two options specify the same file.</summary>
    /// <param name="files">The options, their files or null, and the required extensions.</param>
    /// <exception cref="InputException">A file cannot be written, or is specified twice.</exception>
    public static void CheckAll(params ReadOnlySpan<(string Option, string? Path, string Extension)> files)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string option, string? path, string extension) in files)
        {
            if (path is null)
            {
                continue;
            }

            Check(option, path, extension);
            if (!taken.TryAdd(Path.GetFullPath(path), option))
            {
                throw new InputException($"{option} '{path}': {taken[Path.GetFullPath(path)]} specifies the same file; use different files.");
            }
        }
    }

    /// <summary>Validates that a file can be written. An existing file does not change, and a new file is not created.</summary>
    /// <param name="option">The option that specifies the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="extension">The required extension; empty for any.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Check(string option, string path, string extension = "")
    {
        if (Problem(path, extension) is { } problem)
        {
            throw new InputException($"{option} '{path}': {problem}.");
        }

        try
        {
            AtomicFile.CheckCanWrite(path);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{option} '{path}': it cannot be written; specify a file that you may write to.", refusal);
        }
    }

    private static string? Problem(string path, string extension)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return "the name is empty; specify the name of a file";
        }

        if (!path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
        {
            return $"the name does not end in {extension}; specify one that does";
        }

        if (Directory.Exists(path))
        {
            return "it is a folder; specify the name of a file";
        }

        return Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder)
            ? $"the folder '{folder}' does not exist; create it or specify another file"
            : null;
    }
}
