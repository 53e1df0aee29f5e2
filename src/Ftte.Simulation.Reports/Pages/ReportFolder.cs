namespace Ftte.Simulation.Reports.Pages;

/// <summary>Replaces the files of a report only once all of the new ones are written.</summary>
internal static class ReportFolder
{
    /// <summary>Writes files into a folder next to the target, and moves them into the target at the end.</summary>
    /// <param name="folder">The target; created if it does not exist.</param>
    /// <param name="last">The name of the file that is moved last: the one that refers to the others.</param>
    /// <param name="write">Writes the files into a given folder.</param>
    /// <exception cref="IOException">A file cannot be written. The files in the target are unchanged, unless it is one of them that cannot be replaced.</exception>
    public static void Replace(string folder, string last, Action<string> write)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        bool isNew = !Directory.Exists(target);

        // Below the target, so that moving never crosses from one file system to another.
        string staging = Path.Combine(target, $".{Path.GetRandomFileName()}.tmp");
        try
        {
            Directory.CreateDirectory(staging);
            write(staging);
            foreach (string file in Directory.GetFiles(staging).OrderBy(file => Path.GetFileName(file) == last))
            {
                File.Move(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
            }
        }
        catch (Exception failure) when (AtomicFile.TryDescribe(folder, failure, out Exception? clear))
        {
            throw clear;
        }
        finally
        {
            Delete(staging);
            if (isNew && Directory.Exists(target) && !Directory.EnumerateFileSystemEntries(target).Any())
            {
                Delete(target);
            }
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
