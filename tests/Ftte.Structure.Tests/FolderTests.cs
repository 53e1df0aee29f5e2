using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ftte.Structure.Tests;

public class FolderTests
{
    public static TheoryData<string> Projects => [.. SourceProject.Names];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_of_a_project_depend_on_each_other_in_one_direction(string project) =>
        Assert.Empty(new FolderGraph(SourceProject.Read(project)).FindCircles());

    [Fact]
    public void A_circle_between_folders_is_found()
    {
        var project = new SourceProject("Circle", [
            ("Model/Layout.cs", "namespace N; class Layout { public const int Length = 1; }"),
            ("Server/Queue.cs", "namespace N; class Queue { Layout layout; int Count => Buffer.Limit; }"),
            ("Client/Buffer.cs", "namespace N; class Buffer { public const int Limit = Layout.Length; object Find() => typeof(Queue); }"),
        ]);

        Assert.Equal(["Client -> Server: Queue in Buffer.cs", "Server -> Client: Buffer in Queue.cs, Limit in Queue.cs"], new FolderGraph(project).FindCircles());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_file_has_one_type_and_the_namespace_of_its_folder(string project)
    {
        var misplaced = new List<string>();
        foreach (SyntaxTree tree in SourceProject.Read(project).Trees)
        {
            SyntaxNode root = tree.GetRoot();
            string[] types = [.. root.DescendantNodes().OfType<MemberDeclarationSyntax>().Where(member => member.Parent is BaseNamespaceDeclarationSyntax).Select(Name).Distinct()];
            string space = root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Single().Name.ToString();
            if (types.Length != 1 || Path.GetFileName(tree.FilePath).Split('.')[0] != types[0])
            {
                misplaced.Add($"{tree.FilePath} contains {string.Join(", ", types)}");
            }

            if (space != Namespaces.Of(project, tree.FilePath) && space is not ("Microsoft.Extensions.DependencyInjection" or "Microsoft.AspNetCore.Builder"))
            {
                misplaced.Add($"{tree.FilePath} has namespace {space}, not {Namespaces.Of(project, tree.FilePath)}");
            }
        }

        Assert.Empty(misplaced);
    }

    private static string Name(MemberDeclarationSyntax member) => member is DelegateDeclarationSyntax function ? function.Identifier.Text : ((BaseTypeDeclarationSyntax)member).Identifier.Text;
}
