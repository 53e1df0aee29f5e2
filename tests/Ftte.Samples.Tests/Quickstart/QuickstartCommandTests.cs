using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

public sealed class QuickstartCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private QuickstartOptions? _options;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_arguments_the_defaults_hold()
    {
        Assert.Equal(0, await Invoke());
        Assert.Equal(new QuickstartOptions(null, 1, 100, null, null, null), _options);
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task Every_option_is_taken_over()
    {
        string json = _folder.File("q.json"), chart = _folder.File("c.png");
        Assert.Equal(0, await Invoke("--seed", "0", "--devices", "10000", "--server-step", "2.5", "--json", json, "--chart", chart, "--mnist", _folder.Path));
        Assert.Equal(new QuickstartOptions(_folder.Path, 0, 10_000, 2.5, json, chart), _options);
    }

    [Fact]
    public async Task A_canceled_run_says_so_in_one_line_and_ends_like_any_interrupted_program()
    {
        Assert.Equal(130, await QuickstartCommand.InvokeAsync(["--chart", _folder.File("c.png")], (_, _) => throw new OperationCanceledException(), _output, _error));
        Assert.Equal("Canceled; nothing was written." + Environment.NewLine, _error.ToString());
    }

    [Fact]
    public async Task Help_names_every_option_and_does_not_run()
    {
        Assert.Equal(0, await Invoke("--help"));
        Assert.Null(_options);
        Assert.All(new[] { "--mnist <DIR>", "--seed <N>", "--devices <N>", "--server-step <N>", "--json <FILE>", "--chart <FILE.png>", "[default: 100]" }, text => Assert.Contains(text, _output.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--seed abc", "--seed abc: specify a whole number from 0 to 2147483647")]
    [InlineData("--seed -1", "--seed -1:")]
    [InlineData("--seed 2147483648", "--seed 2147483648:")]
    [InlineData("--seed 1.5", "--seed 1.5:")]
    [InlineData("--devices 9", "--devices 9: specify a whole number from 10 to 10000")]
    [InlineData("--devices 10001", "--devices 10001:")]
    [InlineData("--server-step -1", "--server-step -1: specify a number of at least 0")]
    [InlineData("--devices", "--devices")]
    [InlineData("--seed 1 --seed 2", "--seed")]
    [InlineData("--sed 1", "--sed")]
    [InlineData("--sed 1", "Did you mean '--seed'?")]
    [InlineData("quick", "quick")]
    [InlineData("--mnist /no/such/folder", "--mnist '/no/such/folder': the folder does not exist")]
    [InlineData("--json /no/such/folder/q.json", "--json '/no/such/folder/q.json': the folder")]
    [InlineData("--json ", "--json '': the name is empty")]
    [InlineData("--chart c.jpg", "--chart 'c.jpg': the name does not end in .png")]
    [InlineData("--chart c.png --json ./c.png", "--json specifies the same file")]
    public async Task What_cannot_be_used_gives_one_line_and_exit_code_2_before_anything_runs(string arguments, string reason)
    {
        Assert.Equal(2, await Invoke(arguments.Split(' ')));
        AssertOneLine(reason);
        Assert.Null(_options);
    }

    [Fact]
    public async Task A_folder_where_a_file_should_be_is_refused()
    {
        string folder = Directory.CreateDirectory(_folder.File("a.json")).FullName;
        Assert.Equal(2, await Invoke("--json", folder));
        AssertOneLine("it is a folder; specify the name of a file");
    }

    [Fact]
    public async Task A_file_that_is_in_use_is_refused()
    {
        string json = _folder.File("q.json");
        using var inUse = new FileStream(json, FileMode.Create, FileAccess.Write, FileShare.None);
        Assert.Equal(2, await Invoke("--json", json));
        AssertOneLine($"--json '{json}': it cannot be written");
    }

    [Fact]
    public async Task Checking_the_output_files_neither_changes_nor_leaves_any()
    {
        string json = _folder.File("q.json");
        await File.WriteAllTextAsync(json, "kept");
        Assert.Equal(0, await Invoke("--json", json, "--chart", _folder.File("c.png")));
        Assert.Equal("kept", await File.ReadAllTextAsync(json));
        Assert.Equal([json], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task What_turns_out_wrong_during_the_run_gives_one_line_and_exit_code_2_too()
    {
        int exitCode = await QuickstartCommand.InvokeAsync(
            ["--mnist", _folder.Path, "--chart", _folder.File("c.png")],
            (options, _) =>
            {
                DigitData.ReadMnist(options.MnistFolder!, options.Devices, 1);
                return Task.CompletedTask;
            },
            _output,
            _error);
        Assert.Equal(2, exitCode);
        AssertOneLine("has neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz");
    }

    [Fact]
    public async Task A_fault_of_the_program_is_not_passed_off_as_bad_input() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => QuickstartCommand.InvokeAsync(
            ["--chart", _folder.File("c.png")], (_, _) => throw new InvalidOperationException(), _output, _error));

    private Task<int> Invoke(params string[] arguments) => QuickstartCommand.InvokeAsync(
        arguments,
        (options, _) =>
        {
            _options = options;
            return Task.CompletedTask;
        },
        _output,
        _error);

    private void AssertOneLine(string reason)
    {
        string error = _error.ToString();
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - _error.NewLine.Length, error.IndexOf(_error.NewLine, StringComparison.Ordinal));
    }
}
