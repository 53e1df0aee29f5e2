namespace Ftte.Samples.Shared;

/// <summary>A file to be written when the work is done: better refused before than after.</summary>
internal static class OutputFile
{
    /// <summary>Tries whether files can be written, and that no two options name the same.</summary>
    /// <param name="files">The options, the files they name or null, and what each name must end in.</param>
    /// <exception cref="InputException">One cannot be written, or is named twice.</exception>
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
                throw new InputException($"{option} '{path}': {taken[Path.GetFullPath(path)]} names the same file; give each its own.");
            }
        }
    }

    /// <summary>Checks that a file can be written. An existing file does not change, and a new one is not left behind.</summary>
    /// <param name="option">The option that named it.</param>
    /// <param name="path">The file.</param>
    /// <param name="extension">What the name must end in; empty for anything.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
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
            throw new InputException($"{option} '{path}': it cannot be written; give a file that you may write to.", refusal);
        }
    }

    private static string? Problem(string path, string extension)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return "the name is empty; give the name of a file";
        }

        if (!path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
        {
            return $"the name does not end in {extension}; give one that does";
        }

        if (Directory.Exists(path))
        {
            return "it is a folder; give the name of a file";
        }

        return Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder)
            ? $"there is no folder '{folder}'; make it or give another file"
            : null;
    }
}
