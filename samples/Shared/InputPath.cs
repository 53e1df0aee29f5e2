namespace Ftte.Samples.Shared;

/// <summary>Validates input files and folders before the work starts.</summary>
internal static class InputPath
{
    /// <summary>Validates that a folder exists.</summary>
    /// <param name="option">The option that specifies the path.</param>
    /// <param name="folder">The folder; null if the option is not specified.</param>
    /// <param name="advice">The solution, for the error message.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="InputException">The folder does not exist.</exception>
    public static string? CheckFolder(string option, string? folder, string advice) =>
        folder is null || Directory.Exists(folder) ? folder : throw new InputException($"{option} '{folder}': the folder does not exist; {advice}.");

    /// <summary>Validates that a file exists.</summary>
    /// <inheritdoc cref="CheckFolder" path="/param"/>
    /// <returns>The file.</returns>
    /// <exception cref="InputException">The file does not exist.</exception>
    public static string? CheckFile(string option, string? file, string advice) =>
        file is null || File.Exists(file) ? file : throw new InputException($"{option} '{file}': the file does not exist; {advice}.");
}
