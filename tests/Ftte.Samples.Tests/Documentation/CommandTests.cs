namespace Ftte.Samples.Tests.Documentation;

/// <summary>The commands of the documentation, and the table of what .ci/run executes for them.</summary>
public sealed class CommandTests
{
    private static readonly List<(string Documented, string Kind, string Executed)> Table = [.. ReadTable()];

    [Fact]
    public void Every_documented_command_is_run_by_CI()
    {
        string[] documented = [.. DocumentationFiles.Pages.SelectMany(page => DocumentationFiles.Commands(File.ReadAllText(page))).Distinct()];

        Assert.True(documented.Length > 20, $"Only {documented.Length} commands were found.");
        Assert.Empty(documented.Except(Table.Select(entry => entry.Documented)));
    }

    [Fact]
    public void Every_entry_is_of_a_command_that_is_documented()
    {
        IEnumerable<string> documented = DocumentationFiles.Pages.SelectMany(page => DocumentationFiles.Commands(File.ReadAllText(page)));

        Assert.Empty(Table.Select(entry => entry.Documented).Except(documented));
    }

    [Fact]
    public void What_is_run_is_the_same_program_with_at_least_the_same_options() =>
        Assert.All(Table.Where(entry => entry.Kind == "run"), entry =>
        {
            Assert.Equal(Project(entry.Documented), Project(entry.Executed));
            Assert.Empty(Options(entry.Documented).Except(Options(entry.Executed)));
        });

    [Fact]
    public void A_step_that_is_named_is_one_of_CI()
    {
        string script = File.ReadAllText(Path.Combine(DocumentationFiles.Root, ".ci", "run"));

        Assert.All(Table.Where(entry => entry.Kind == "step"), entry => Assert.Matches($"""(step|tests) "{entry.Executed}\b""", script));
        Assert.Contains("s/^run: //p' .ci/commands", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("```bash\ndotnet run --project a -- --b c    # comment\necho\n```", "dotnet run --project a -- --b c")]
    [InlineData("text `dotnet run --project a\n--x 1` text", "dotnet run --project a --x 1")]
    [InlineData("`X=1 dotnet test`", "X=1 dotnet test")]
    public void A_command_is_found_in_blocks_and_in_spans(string markdown, string command) => Assert.Equal([command], DocumentationFiles.Commands(markdown));

    [Theory]
    [InlineData("dotnet run in prose")]
    [InlineData("```bash\ndotnet add package Ftte\n```")]
    [InlineData("`dotnet`")]
    public void Prose_is_no_command(string markdown) => Assert.Empty(DocumentationFiles.Commands(markdown));

    private static IEnumerable<(string Documented, string Kind, string Executed)> ReadTable()
    {
        string documented = "";
        foreach (string line in File.ReadLines(Path.Combine(DocumentationFiles.Root, ".ci", "commands")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] parts = line.Split(": ", 2);
            if (parts[0] == "documented")
            {
                documented = parts[1];
            }
            else
            {
                yield return (documented, parts[0], parts[1]);
            }
        }
    }

    private static string Project(string command)
    {
        string[] words = command.Split(' ');
        int at = Array.IndexOf(words, "--project"), rest = Array.IndexOf(words, "--");
        string verb = rest >= 0 && rest + 1 < words.Length && !words[rest + 1].StartsWith('-') ? words[rest + 1] : "";
        return $"{words[at + 1]} {verb}";
    }

    private static IEnumerable<string> Options(string command) => command.Split(" -- ").ElementAtOrDefault(1)?.Split(' ').Where(word => word.StartsWith("--", StringComparison.Ordinal)) ?? [];
}
