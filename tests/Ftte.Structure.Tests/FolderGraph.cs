using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ftte.Structure.Tests;

/// <summary>The references between the folders of a project.</summary>
internal sealed class FolderGraph
{
    private readonly SortedDictionary<(string From, string To), SortedSet<string>> _references = [];
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>Collects the references between the types of a project. References in documentation do not count.</summary>
    public FolderGraph(SourceProject project)
    {
        CSharpCompilation compilation = project.Compile();
        foreach (SyntaxTree tree in project.Trees)
        {
            _folders.Add(Path.GetDirectoryName(tree.FilePath)!);
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (FindType(model, name)?.DeclaringSyntaxReferences.FirstOrDefault() is { } declaration)
                {
                    Add(tree.FilePath, declaration.SyntaxTree.FilePath, name.Identifier.Text);
                }
            }
        }
    }

    /// <summary>Finds the folders that reach each other.</summary>
    /// <returns>One line per reference between two folders of a circle; empty if there is no circle.</returns>
    public IReadOnlyList<string> FindCircles()
    {
        string[] folders = [.. _references.Keys.SelectMany(edge => new[] { edge.From, edge.To }).Distinct()];
        Dictionary<string, HashSet<string>> reached = folders.ToDictionary(folder => folder, Reach);
        return [.. _references
            .Where(reference => reached[reference.Key.To].Contains(reference.Key.From))
            .Select(reference => $"{reference.Key.From} -> {reference.Key.To}: {string.Join(", ", reference.Value.Take(5))}")];
    }

    /// <summary>Computes the level of each folder: one more than the highest level that it uses, or 0 if it uses no folder.</summary>
    /// <returns>The levels by folder; the root of the project is the empty string.</returns>
    /// <exception cref="InvalidOperationException">Two folders reach each other.</exception>
    public IReadOnlyDictionary<string, int> GetLevels()
    {
        if (FindCircles() is [var circle, ..])
        {
            throw new InvalidOperationException($"The folders have no levels: {circle}.");
        }

        var levels = new Dictionary<string, int>();
        foreach (string folder in _folders)
        {
            LevelOf(folder);
        }

        return levels;

        int LevelOf(string folder) => levels.TryGetValue(folder, out int level)
            ? level
            : levels[folder] = _references.Keys.Where(edge => edge.From == folder).Select(edge => LevelOf(edge.To) + 1).DefaultIfEmpty().Max();
    }

    private static INamedTypeSymbol? FindType(SemanticModel model, SimpleNameSyntax name)
    {
        SymbolInfo info = model.GetSymbolInfo(name);
        ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
        while (type?.ContainingType is { } outer)
        {
            type = outer;
        }

        return type?.OriginalDefinition;
    }

    private void Add(string fromFile, string toFile, string name)
    {
        string from = Path.GetDirectoryName(fromFile)!, to = Path.GetDirectoryName(toFile)!;
        if (from != to)
        {
            (_references.TryGetValue((from, to), out SortedSet<string>? names) ? names : _references[(from, to)] = []).Add($"{name} in {Path.GetFileName(fromFile)}");
        }
    }

    private HashSet<string> Reach(string folder)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([folder]);
        while (open.TryPop(out string? from))
        {
            foreach ((string _, string to) in _references.Keys.Where(edge => edge.From == from))
            {
                if (reached.Add(to))
                {
                    open.Push(to);
                }
            }
        }

        return reached;
    }
}
