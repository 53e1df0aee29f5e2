using System.Text.RegularExpressions;
using Ftte.Package.Tests;

namespace Ftte.Structure.Tests;

/// <summary>The tables of docs/architecture.md list every folder of a project with its level.</summary>
public sealed partial class LevelTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));

    public static TheoryData<string> Projects => ["Ftte", "Ftte.TinyEngine", "Ftte.Simulation", "Ftte.AspNetCore", "Ftte.Privacy"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_documented_levels_are_those_of_the_code(string project)
    {
        IReadOnlyDictionary<string, string> documented = ReadTable(project, Page);

        string[] actual = Lines(Summarize(new FolderGraph(SourceProject.Read(project)).GetLevels(), documented)), stated = Lines(documented);

        Assert.True(stated.SequenceEqual(actual), $"docs/architecture.md states {string.Join(", ", stated.Except(actual))}; the code has {string.Join(", ", actual.Except(stated))}.");
    }

    [Fact]
    public void A_level_is_one_more_than_the_highest_level_that_a_folder_uses()
    {
        var project = new SourceProject("Levels", [
            ("Model/Layout.cs", "namespace N; class Layout { }"),
            ("Wire/Message.cs", "namespace N; class Message { Layout layout; }"),
            ("Server/Queue.cs", "namespace N; class Queue { Layout layout; Message message; }"),
            ("Server/Log/Line.cs", "namespace N; class Line { }"),
        ]);

        Assert.Equal(
            new SortedDictionary<string, int> { ["Model"] = 0, ["Server"] = 2, ["Server/Log"] = 0, ["Wire"] = 1 },
            new SortedDictionary<string, int>(new FolderGraph(project).GetLevels().ToDictionary()));
    }

    [Fact]
    public void Folders_that_reach_each_other_have_no_levels()
    {
        var project = new SourceProject("Circle", [
            ("Model/Layout.cs", "namespace N; class Layout { Queue queue; }"),
            ("Server/Queue.cs", "namespace N; class Queue { Layout layout; }"),
        ]);

        Assert.Throws<InvalidOperationException>(() => new FolderGraph(project).GetLevels());
    }

    [Fact]
    public void A_row_without_files_of_its_own_stands_for_its_subfolders()
    {
        const string Text = "### P\n\n| level | folder | purpose |\n| ---: | --- | --- |\n| 0–2 | [Kernels](../src/P/Kernels) | x |\n| 3 | [A](../src/P/A), [B](../src/P/B) | x |\n\n### Q\n| 1 | [C](../src/Q/C) | x |\n";
        IReadOnlyDictionary<string, string> documented = ReadTable("P", Text);

        Assert.Equal(new SortedDictionary<string, string> { ["A"] = "3", ["B"] = "3", ["Kernels"] = "0–2" }, documented);
        Assert.Equal(documented, Summarize(new Dictionary<string, int> { [""] = 4, ["A"] = 3, ["B"] = 3, ["Kernels/Loss"] = 0, ["Kernels/Pooling"] = 2 }, documented));
    }

    /// <summary>Reads the levels in the section of a project, by the path of the folder below the project.</summary>
    private static SortedDictionary<string, string> ReadTable(string project, string page)
    {
        string section = Regex.Match(page, $@"^### {Regex.Escape(project)}\n(.*?)(?=^##|\z)", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value;
        var levels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(section))
        {
            foreach (Match link in Link().Matches(row.Groups[2].Value))
            {
                levels.Add(link.Groups[1].Value[(project.Length + 1)..], row.Groups[1].Value);
            }
        }

        return levels;
    }

    /// <summary>Returns the levels of the code in the form of the table: without the root of the project, and with a range for a documented folder that has only subfolders.</summary>
    private static SortedDictionary<string, string> Summarize(IReadOnlyDictionary<string, int> levels, IReadOnlyDictionary<string, string> documented)
    {
        IEnumerable<IGrouping<string, int>> rows = levels.Where(level => level.Key.Length > 0).GroupBy(level => RowOf(level.Key), level => level.Value);
        return new(rows.ToDictionary(row => row.Key, row => row.Min() == row.Max() ? $"{row.Min()}" : $"{row.Min()}–{row.Max()}"), StringComparer.Ordinal);

        string RowOf(string folder)
        {
            string parent = Path.GetDirectoryName(folder)!;
            return !documented.ContainsKey(folder) && documented.ContainsKey(parent) && !levels.ContainsKey(parent) ? parent : folder;
        }
    }

    private static string[] Lines(IReadOnlyDictionary<string, string> levels) => [.. levels.Select(level => $"{level.Key} at {level.Value}")];

    [GeneratedRegex(@"^\| ([\d–]+) \| ([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\(\.\./src/([^)]+)\)")]
    private static partial Regex Link();
}
