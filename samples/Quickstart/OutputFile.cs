namespace Quickstart;

/// <summary>A file that will be written at the end of a long run.</summary>
internal static class OutputFile
{
    /// <summary>Makes sure that a file can be written, without changing one that is there or leaving one behind.</summary>
    /// <param name="option">The option that named the file, for the message.</param>
    /// <param name="path">The file.</param>
    /// <param name="extension">What its name must end in; empty for anything.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void CheckWritable(string option, string path, string extension = "")
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new InputException($"{option}: the name is empty; give the name of a file.");
        }

        if (!path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new InputException($"{option}: '{path}' does not end in {extension}; give a name that does.");
        }

        if (Directory.Exists(path))
        {
            throw new InputException($"{option}: '{path}' is a folder; give the name of a file.");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new InputException($"{option}: there is no folder '{folder}'; make it or give another file.");
        }

        try
        {
            bool isNew = !File.Exists(path);
            using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write))
            {
            }

            if (isNew)
            {
                File.Delete(path);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{option}: '{path}' cannot be written; give a file that you may write to.", refused);
        }
    }
}
