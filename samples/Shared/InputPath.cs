namespace Ftte.Samples.Shared;

/// <summary>Checks files and folders that are read, before the work begins.</summary>
internal static class InputPath
{
    /// <summary>Checks that a folder exists.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="folder">The folder; null if the option was not given.</param>
    /// <param name="advice">What to give, for the error.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="InputException">The folder does not exist.</exception>
    public static string? CheckFolder(string option, string? folder, string advice) =>
        folder is null || Directory.Exists(folder) ? folder : throw new InputException($"{option} '{folder}': there is no such folder; {advice}.");

    /// <summary>Checks that a file exists.</summary>
    /// <inheritdoc cref="CheckFolder" path="/param"/>
    /// <returns>The file.</returns>
    /// <exception cref="InputException">The file does not exist.</exception>
    public static string? CheckFile(string option, string? file, string advice) =>
        file is null || File.Exists(file) ? file : throw new InputException($"{option} '{file}': there is no such file; {advice}.");
}
