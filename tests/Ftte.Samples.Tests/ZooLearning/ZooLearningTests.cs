using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Spectre.Console;
using ZooLearning;
using ZooLearning.Data;
using ZooLearning.Learning;

namespace Ftte.Samples.Tests.ZooLearning;

public class ZooLearningTests
{
    private static readonly ZooRow Good = new("digits", "synthetic", 1, ZooRow.Base, "all", Chance: 0.1, Before: 0.6, Central: 0.9, Federated: 0.88, 10, 0, 1000, "");

    public static TheoryData<string> Names => [.. NetworkZoo.Names];

    [Fact]
    public void A_network_learns_if_it_is_above_chance_and_start_and_close_to_central_training()
    {
        Assert.True(Good.Learns);
        Assert.False((Good with { Federated = 0.7 }).Learns);
        Assert.False((Good with { Before = 0.9, Central = 0.9, Federated = 0.85 }).Learns);
        Assert.False((Good with { Before = 0.1, Central = 0.12, Federated = 0.12 }).Learns);
        Assert.False((Good with { Federated = double.NaN }).Learns);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_network_has_examples_of_its_shape(string name)
    {
        ZooEntry entry = ZooEntry.Of(name, isSmall: true);
        ZooData data = ZooData.Open(folder: null, entry, seed: 1);
        Assert.Equal(entry.Network.InputLength, data.Private.InputLength);
        Assert.Equal(entry.Devices * entry.ExamplesPerDevice, data.Private.Count);
        Assert.True(entry.Devices >= 30); // the default concurrency
    }

    [Fact]
    public async Task Finished_rows_are_kept_and_not_run_again()
    {
        string file = Path.GetTempFileName();
        try
        {
            var options = new ZooOptions { Networks = ["digits"], IsSmall = true, Versions = 2, Threads = 1, ResumeFile = file };
            await new Session(options, Console(out _), TimeProvider.System).RunAsync(CancellationToken.None);
            string first = await File.ReadAllTextAsync(file, CancellationToken.None);
            Assert.Equal(3, first.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            int again = await new Session(options, Console(out StringWriter output), TimeProvider.System).RunAsync(CancellationToken.None);
            Assert.Equal(first, await File.ReadAllTextAsync(file, CancellationToken.None));
            Assert.Equal(output.ToString().Contains("Every network learns.", StringComparison.Ordinal) ? 0 : 1, again);
            await new Session(options with { LearningRate = 0.2f }, Console(out _), TimeProvider.System).RunAsync(CancellationToken.None);
            Assert.Equal(6, (await File.ReadAllLinesAsync(file, CancellationToken.None)).Length); // rows of other settings are not reused
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--networks", "resnet9")]
    [InlineData("--data", "no-such-folder")]
    public async Task Invalid_input_ends_with_one_line_and_exit_code_2(string option, string value)
    {
        using var error = new StringWriter();
        int code = await ZooCommand.InvokeAsync([option, value], (_, _) => throw new InvalidOperationException(), TextWriter.Null, error);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Single(error.ToString().Trim().Split('\n'));
    }

    private static IAnsiConsole Console(out StringWriter output)
    {
        output = new StringWriter();
        return AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
    }
}
