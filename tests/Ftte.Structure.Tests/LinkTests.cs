using System.Text.RegularExpressions;
using Ftte.Package.Tests;

namespace Ftte.Structure.Tests;

/// <summary>Documents that point at files must point at files that exist.</summary>
public sealed partial class LinkTests
{
    private static readonly string Root = Repository.Root;

    public static TheoryData<string> Documents { get; } =
        [.. Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_that_a_document_links_to_exists(string document)
    {
        string file = Path.Combine(Root, document);

        string[] broken = [.. LinkedPaths(File.ReadAllText(file)).Where(path => !Exists(Path.GetDirectoryName(file)!, path))];

        Assert.True(broken.Length == 0, $"{document} links to what does not exist: {string.Join(", ", broken)}");
    }

    [Fact]
    public void The_walk_of_one_update_links_each_of_its_steps()
    {
        string[] steps = ["FederatedClient", "ILocalTrainer", "SparseUpdate", "IFederatedServer", "FederatedServer", "UpdateQueue", "IAsyncAggregator", "BufferedAggregator", "IStalenessWeighting", "ModelSnapshot", "VersionFeed"];

        // A type in several files is linked by any of them.
        var linked = LinkedPaths(File.ReadAllText(Path.Combine(Root, "docs", "one-update.md"))).Select(path => Path.GetFileName(path).Split('.')[0]).ToList();

        // In this very order, whatever else stands in between.
        int at = -1;
        Assert.All(steps, step => Assert.True((at = linked.IndexOf(step, at + 1)) >= 0, $"{step} is missing or out of order"));
    }

    [Fact]
    public void Only_paths_are_checked_and_broken_ones_are_found()
    {
        const string Text = "[a](one-update.md) [b](https://example.org/x) [c](#here) [`d`](one-update.md#part) ![e](missing.png)\n```csharp\n[f](code.md)\n```\n";

        Assert.Equal(["one-update.md", "one-update.md", "missing.png"], LinkedPaths(Text));
        Assert.True(Exists(Path.Combine(Root, "docs"), "one-update.md"));
        Assert.False(Exists(Path.Combine(Root, "docs"), "missing.png"));
    }

    private static IEnumerable<string> LinkedPaths(string text) => Link()
        .Matches(CodeBlock().Replace(text, ""))
        .Select(m => m.Groups[1].Value.Split('#')[0])
        .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal));

    private static bool Exists(string folder, string path) => Path.Exists(Path.Combine(folder, path));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
