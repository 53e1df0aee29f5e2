using Ftte.Package.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Ftte.Structure.Tests;

/// <summary>The source files of a project.</summary>
/// <param name="name">The name of the project.</param>
/// <param name="files">The path of each file relative to the project, and its text.</param>
internal sealed class SourceProject(string name, IEnumerable<(string Path, string Text)> files)
{
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);

    /// <summary>Gets the parsed files.</summary>
    public IReadOnlyList<SyntaxTree> Trees { get; } = [.. files.Select(file => CSharpSyntaxTree.ParseText(file.Text, Options, file.Path))];

    /// <summary>Gets the names of the projects below <c>src</c>.</summary>
    public static IEnumerable<string> Names => Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Order(StringComparer.Ordinal);

    /// <summary>Reads a project.</summary>
    /// <param name="name">The name of the project.</param>
    /// <param name="parent">The folder of the repository that has the project.</param>
    public static SourceProject Read(string name, string parent = "src")
    {
        string folder = Path.Combine(Repository.Root, parent, name);
        return new SourceProject(name, Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(folder, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.StartsWith("obj/", StringComparison.Ordinal) && !file.Path.StartsWith("bin/", StringComparison.Ordinal))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => (file.Path, File.ReadAllText(file.File))));
    }

    /// <summary>Compiles the files against the assemblies next to the tests. Generated sources are missing, which hides no reference between files.</summary>
    public CSharpCompilation Compile()
    {
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        IEnumerable<PortableExecutableReference> references = platform
            .Where(file => Path.GetFileNameWithoutExtension(file) != name)
            .Select(file => MetadataReference.CreateFromFile(file));
        return CSharpCompilation.Create(
            name,
            Trees.Append(CSharpSyntaxTree.ParseText(ImplicitUsings, Options)),
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, metadataImportOptions: MetadataImportOptions.All));
    }
}
