using System.Text.RegularExpressions;

namespace Ftte.Samples.Tests.Documentation;

/// <summary>The documentation in the checkout.</summary>
internal static partial class DocumentationFiles
{
    public static string Root { get; } = FindRoot();

    /// <summary>Gets README.md and all pages below docs.</summary>
    public static IEnumerable<string> Pages => Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Prepend(Path.Combine(Root, "README.md"));

    /// <summary>Finds the dotnet commands of a page: lines of fenced blocks without their comments, and code spans, which may go over several lines.</summary>
    public static IEnumerable<string> Commands(string markdown)
    {
        IEnumerable<string> inBlocks = FencedBlock().Matches(markdown).SelectMany(block => block.Groups[1].Value.Split('\n')).Select(line => Comment().Replace(line, ""));
        IEnumerable<string> inSpans = CodeSpan().Matches(WithoutBlocks(markdown)).Select(span => span.Groups[1].Value);
        return inBlocks.Concat(inSpans).Select(command => Space().Replace(command, " ").Trim()).Where(command => Command().IsMatch(command));
    }

    /// <summary>Returns a page without its fenced blocks.</summary>
    public static string WithoutBlocks(string markdown) => FencedBlock().Replace(markdown, "");

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Ftte.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException($"Ftte.sln is in no folder above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(@"^```\w*\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FencedBlock();

    [GeneratedRegex(@"`([^`]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\s#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    // Installing a package is not something to run here.
    [GeneratedRegex(@"^(\w+=\w+ )*dotnet (?!add )[a-z]")]
    private static partial Regex Command();
}
