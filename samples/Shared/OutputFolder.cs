namespace Ftte.Samples.Shared;

/// <summary>A folder for results: refused before the work begins if nothing can be written to it.</summary>
internal static class OutputFolder
{
    /// <summary>Creates the folder that an option names, if it does not exist.</summary>
    /// <param name="option">The option.</param>
    /// <param name="folder">The folder; null if the option was not given.</param>
    /// <exception cref="InputException">The folder cannot be created.</exception>
    public static void Check(string option, string? folder)
    {
        try
        {
            if (folder is not null)
            {
                Directory.CreateDirectory(folder);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"{option} '{folder}': the folder cannot be made; give one that you may write to.", refused);
        }
    }
}
