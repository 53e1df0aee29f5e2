namespace Ftte.Samples.Shared;

/// <summary>Validates output folders before the work starts.</summary>
internal static class OutputFolder
{
    /// <summary>Creates the folder of an option if it does not exist.</summary>
    /// <param name="option">The option.</param>
    /// <param name="folder">The folder; null if the option is not specified.</param>
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
            throw new InputException($"{option} '{folder}': the folder cannot be created; specify one that you may write to.", refused);
        }
    }
}
