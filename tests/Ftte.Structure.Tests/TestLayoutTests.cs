using Ftte.Package.Tests;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ftte.Structure.Tests;

/// <summary>The tests of a package have its folders and namespaces, so that the tests of a type are easy to find.</summary>
public class TestLayoutTests
{
    /// <summary>Folders of tests that the package does not have: shared helpers, and the tests of linked sources, of Ftte.Baselines and of the readable twins.</summary>
    private static readonly string[] Others = ["Support", "Common", "Baselines", "Reference"];

    [Theory]
    [InlineData("Ftte")]
    [InlineData("Ftte.TinyEngine")]
    [InlineData("Ftte.Privacy")]
    public void Tests_have_the_folder_and_the_namespace_of_what_they_test(string package)
    {
        string tests = $"{package}.Tests", source = Path.Combine(Repository.Root, "src", package);
        var misplaced = new List<string>();
        foreach (var tree in SourceProject.Read(tests, "tests").Trees)
        {
            string folder = Path.GetDirectoryName(tree.FilePath)!;
            if (!Others.Contains(folder) && (folder.Length == 0 || !Directory.Exists(Path.Combine(source, folder))))
            {
                misplaced.Add($"{tree.FilePath} is in a folder that src/{package} does not have");
            }

            string expected = folder == "Support" ? tests : tests + Namespaces.Of(package, tree.FilePath)[package.Length..];
            string actual = tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Single().Name.ToString();
            if (actual != expected)
            {
                misplaced.Add($"{tree.FilePath} has namespace {actual}, not {expected}");
            }
        }

        Assert.Empty(misplaced);
    }
}
