using System.CommandLine;
using System.Diagnostics;
using Ftte.Samples.Shared;
using Ftte.Samples.Tests.Quickstart;
using Ftte.Samples.Tests.TrainOnDevice;

namespace Ftte.Samples.Tests.Shared;

/// <summary>The behavior that all command lines have in common.</summary>
public sealed class SampleCommandTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Sample.Names];

    public static TheoryData<string, string> SmallRuns => new()
    {
        { "Quickstart", "--devices 10" },
        { "TrainOnDevice", "--model digits --examples 32" },
        { "MemoryPlan", "--model digits --budget 256KiB" },
        { "SelectionStudy", "--data {data} --devices 40 --updates 10 --seeds 1 --rates 0.1 --selectors full" },
        { "Cifar10", "--trips 12 --rules FTTE --cells quick" },
        { "ZooLearning", "--networks digits --small --versions 1" },
        { "Wearables", "--methods base FTTE --folds 1 --versions 2" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Help_prints_the_usage_and_succeeds(string sample)
    {
        Assert.Equal(ExitCode.Done, await InvokeAsync(sample, "--help"));
        Assert.Contains("Usage:", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("--seed", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_unknown_option_is_one_line_about_it(string sample)
    {
        Assert.Equal(ExitCode.BadInput, await InvokeAsync(sample, "--quux"));
        AssertOneErrorLine("--quux");
    }

    [Fact]
    public async Task A_file_of_another_run_is_one_line_about_it()
    {
        int code = await CommandRunner.InvokeAsync(
            new RootCommand("A sample."), _ => 0, (_, _) => throw new InvalidDataException("The file 'a.journal' is the journal of another run."), [], _output, _error);

        Assert.Equal(ExitCode.BadInput, code);
        AssertOneErrorLine("the journal of another run");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_misspelled_option_gets_a_suggestion(string sample)
    {
        Assert.Equal(ExitCode.BadInput, await InvokeAsync(sample, "--seedz", "3"));
        AssertOneErrorLine("Did you mean '--seed");
    }

    [Theory]
    [InlineData("TrainOnDevice", "--model resnt8", "resnet8")]
    [InlineData("MemoryPlan", "--selector exat", "exact")]
    [InlineData("SelectionStudy", "--data . --selectors full rotatng", "rotating")]
    [InlineData("ZooLearning", "--networks mlp resnt8", "resnet8")]
    [InlineData("Cifar10", "--scenario qick", "quick")]
    [InlineData("Wearables", "--methods FedAvg Dito", "Ditto")]
    public async Task A_misspelled_name_gets_a_suggestion(string sample, string arguments, string suggestion)
    {
        Assert.Equal(ExitCode.BadInput, await InvokeAsync(sample, arguments.Split(' ')));
        AssertOneErrorLine($"Did you mean '{suggestion}'?");
    }

    [Theory]
    [InlineData("SelectionStudy")]
    [InlineData("Cifar10")]
    [InlineData("ZooLearning")]
    [InlineData("Wearables")]
    [InlineData("TrainOnDevice")]
    public async Task A_missing_data_folder_is_one_line(string sample)
    {
        Assert.Equal(ExitCode.BadInput, await InvokeAsync(sample, "--data", "/no/such/folder"));
        AssertOneErrorLine("--data '/no/such/folder': the folder does not exist; ");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_canceled_run_is_one_line_and_has_the_exit_code_of_shells(string sample)
    {
        string[] arguments = sample == "SelectionStudy" ? ["--data", _folder.Path] : [];
        Assert.Equal(ExitCode.Cancelled, await Sample.InvokeAsync(sample, arguments, _ => throw new OperationCanceledException(), _output, _error));
        AssertOneErrorLine("nothing was written");
    }

    [Theory]
    [MemberData(nameof(SmallRuns))]
    public async Task Nothing_is_written_unless_an_option_names_it(string sample, string arguments)
    {
        string data = Directory.CreateDirectory(_folder.File("data")).FullName, place = Directory.CreateDirectory(_folder.File("place")).FullName;
        string[] files = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin"), "test_batch.bin"];
        Array.ForEach(files, file => DataFiles.WriteCifar10(Path.Combine(data, file), 20));
        string[] words = [Path.Combine(AppContext.BaseDirectory, $"{sample}.dll"), .. arguments.Replace("{data}", data, StringComparison.Ordinal).Split(' ')];
        using Process process = Process.Start(new ProcessStartInfo("dotnet", words) { WorkingDirectory = place, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal("", await error);
        Assert.NotEqual("", await output);
        Assert.Contains(process.ExitCode, (int[])(sample == "ZooLearning" ? [ExitCode.Done, ExitCode.DoesNotLearn] : [ExitCode.Done]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(place));
        Assert.Equal(files.Length, Directory.EnumerateFileSystemEntries(data).Count());
    }

    private Task<int> InvokeAsync(string sample, params string[] arguments) =>
        Sample.InvokeAsync(sample, arguments, _ => throw new InvalidOperationException("The work was begun."), _output, _error);

    private void AssertOneErrorLine(string text)
    {
        Assert.Contains(text, _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
    }
}
