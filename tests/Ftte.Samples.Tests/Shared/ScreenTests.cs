using System.Text.RegularExpressions;
using Ftte.Samples.Shared;
using Spectre.Console;

namespace Ftte.Samples.Tests.Shared;

/// <summary>Whole screens at the widths of terminals: no line is too long, none ends in a space, and no number is parted from its unit.</summary>
public sealed partial class ScreenTests
{
    private static readonly string[] Units = ["%", "B", "KiB", "MiB", "s"];

    [Theory]
    [InlineData(48)]
    [InlineData(80)]
    [InlineData(160)]
    public async Task MemoryPlan_fits(int width) => AssertFits(width, await RunAsync(width, console => Task.FromResult(
        new global::MemoryPlan.Session(new global::MemoryPlan.PlanOptions { Model = "resnet20", BudgetBytes = 2 << 20, PayloadBytes = 200_000, Selector = "greedy" }, console, TimeProvider.System).Run(default))));

    [Theory]
    [InlineData(48)]
    [InlineData(80)]
    [InlineData(160)]
    public async Task TrainOnDevice_fits(int width) => AssertFits(width, await RunAsync(width, console => Task.FromResult(
        new global::TrainOnDevice.Session(new global::TrainOnDevice.TrainOptions { Model = "digits", MemoryBytes = 300_000, Examples = 32 }, console, TimeProvider.System).Run(default))));

    [Theory]
    [InlineData(48)]
    [InlineData(80)]
    [InlineData(160)]
    public async Task ZooLearning_fits(int width) => AssertFits(width, await RunAsync(width, ExitCode.DoesNotLearn, console =>
        new global::ZooLearning.Session(new global::ZooLearning.ZooOptions { Networks = ["digits"], IsSmall = true, Versions = 1, Threads = 1 }, console, TimeProvider.System).RunAsync(default)));

    [Theory]
    [InlineData(48)]
    [InlineData(80)]
    [InlineData(160)]
    public async Task Wearables_fits(int width) => AssertFits(width, await RunAsync(width, console =>
        new global::Wearables.Session(new global::Wearables.WearablesOptions { Methods = ["base", "FTTE", "Ditto"], Folds = 1, Versions = 1, Threads = 1 }, console, TimeProvider.System).RunAsync(default)));

    [Theory]
    [InlineData(30)]
    [InlineData(48)]
    [InlineData(80)]
    public async Task Facts_are_in_two_columns_or_below_their_names(int width)
    {
        var facts = new FactList();
        facts.Add("memory", "peak 114 KiB in fc, forward; 45.7 KiB of 160 KiB left");
        facts.Add("without a plan", "training everything would take 965 KiB: 88.2 % saved [x]");
        string text = await RunAsync(width, console =>
        {
            facts.Write(console);
            return Task.FromResult(0);
        });

        AssertFits(width, text);
        Assert.Contains("[x]", text, StringComparison.Ordinal);
        Assert.Equal(width < 60, text.StartsWith("memory", StringComparison.Ordinal));
    }

    private static void AssertFits(int width, string text)
    {
        // Progress is a log here, which nothing breaks.
        string[] lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => !ProgressPattern().IsMatch(line))];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.All(lines, line => Assert.False(line.EndsWith(' '), line));
        Assert.All(lines, line => Assert.DoesNotContain(line.TrimStart().Split(' ')[0].TrimEnd(',', ';', '.', ':'), Units));
    }

    [GeneratedRegex(@": +\d+ %  ")]
    private static partial Regex ProgressPattern();

    private static Task<string> RunAsync(int width, Func<IAnsiConsole, Task<int>> run) => RunAsync(width, ExitCode.Done, run);

    private static async Task<string> RunAsync(int width, int exitCode, Func<IAnsiConsole, Task<int>> run)
    {
        using var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = width;
        Assert.Equal(exitCode, await run(console));
        return output.ToString();
    }
}
