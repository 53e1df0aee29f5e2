using Ftte.TinyEngine;
using TrainOnDevice;

namespace Ftte.Samples.Tests.TrainOnDevice;

public sealed class TrainCommandTests : IDisposable
{
    private readonly CommandRun _run = new();
    private TrainOptions? _options;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Without_arguments_the_defaults_hold()
    {
        Assert.Equal(0, await Invoke());
        Assert.Equal(new TrainOptions { Model = "resnet8", MemoryBytes = 1_048_576, ChartFile = _run.ChartFile, JsonFile = _run.JsonFile }, _options);
    }

    [Fact]
    public async Task Every_option_is_taken_over()
    {
        string weights = _run.Folder.File("a.safetensors"), save = _run.Folder.File("b.safetensors");
        await File.WriteAllTextAsync(weights, "");
        Assert.Equal(0, await Invoke(
            "--model", "MLP", "--memory", "1MB", "--data", _run.Folder.Path, "--examples", "7", "--batch", "8", "--epochs", "3", "--learning-rate", "0.1", "--momentum", "0.9",
            "--normalization", "batch", "--threads", "2", "--augment", "--weights", weights, "--save", save, "--plan-only", "--seed", "5"));
        var expected = new TrainOptions
        {
            Model = "mlp",
            MemoryBytes = 1_000_000,
            DataFolder = _run.Folder.Path,
            Examples = 7,
            Batch = 8,
            Epochs = 3,
            LearningRate = 0.1f,
            Momentum = 0.9f,
            Normalization = NormalizationMode.Batch,
            Threads = 2,
            Augment = true,
            WeightsFile = weights,
            SaveFile = save,
            PlanOnly = true,
            ChartFile = _run.ChartFile,
            JsonFile = _run.JsonFile,
            Seed = 5,
        };
        Assert.Equal(expected, _options);
    }

    [Theory]
    [InlineData("--model alexnet", "--model alexnet: unknown network; specify one of autoencoder, cnn,")]
    [InlineData("--model resnt8", "Did you mean 'resnet8'?")]
    [InlineData("--normalization frozn", "Did you mean 'frozen'?")]
    [InlineData("--curve curve.jpg", "--curve 'curve.jpg': the name does not end in .png")]
    [InlineData("--modle mlp", "Did you mean '--model'?")]
    [InlineData("--memory 512Ki", "--memory 512Ki: specify a number of bytes, or a size such as 512KiB")]
    [InlineData("--memory 0", "--memory 0:")]
    [InlineData("--batch 0", "--batch 0: specify a whole number from 1 to 65536")]
    [InlineData("--epochs many", "--epochs many:")]
    [InlineData("--learning-rate 0", "--learning-rate 0: specify a number above 0")]
    [InlineData("--learning-rate NaN", "--learning-rate NaN:")]
    [InlineData("--momentum 1", "--momentum 1: specify a number from 0 to below 1")]
    [InlineData("--normalization layer", "--normalization layer: specify frozen or batch")]
    [InlineData("--normalization 1", "--normalization 1:")]
    [InlineData("--threads 65", "--threads 65:")]
    [InlineData("--seed -1", "--seed -1:")]
    [InlineData("--model", "--model")]
    [InlineData("--modle mlp", "--modle")]
    [InlineData("mlp", "mlp")]
    [InlineData("--data /no/such/folder", "--data '/no/such/folder': the folder does not exist")]
    [InlineData("--weights none.safetensors", "--weights 'none.safetensors': the file does not exist")]
    [InlineData("--save model.bin", "--save 'model.bin': the name does not end in .safetensors")]
    [InlineData("--save /no/such/folder/m.safetensors", "the folder '/no/such/folder' does not exist")]
    public async Task What_cannot_be_used_gives_one_line_and_exit_code_2_before_anything_runs(string arguments, string reason)
    {
        Assert.Equal(2, await Invoke(arguments.Split(' ')));
        _run.AssertOneErrorLine(reason);
        Assert.Null(_options);
    }

    [Fact]
    public async Task Two_options_cannot_name_one_file()
    {
        string file = _run.Folder.File("x.safetensors");
        Assert.Equal(2, await TrainCommand.InvokeAsync(["--json", file, "--save", file, "--chart", _run.ChartFile], (_, _) => 0, TextWriter.Null, TextWriter.Null));
    }

    [Fact]
    public async Task A_budget_that_is_too_small_is_an_error_that_states_the_minimum()
    {
        Assert.Equal(1, await _run.InvokeAsync("--model digits --memory 20KiB --examples 4"));
        _run.AssertOneErrorLine("--memory: No choice can be trained within 20480 bytes of memory; the smallest one needs ");
        Assert.Empty(Directory.GetFiles(_run.Folder.Path));
    }

    [Fact]
    public async Task A_fault_of_the_program_is_not_passed_off_as_bad_input() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _run.InvokeAsync([], (_, _) => throw new InvalidOperationException()));

    [Fact]
    public async Task Without_a_chart_option_no_chart_is_written()
    {
        TrainOptions? options = null;
        await TrainCommand.InvokeAsync(
            [],
            (read, _) =>
            {
                options = read;
                return 0;
            },
            TextWriter.Null,
            TextWriter.Null);
        Assert.Equal((null, null, null, null), (options!.ChartFile, options.CurveFile, options.JsonFile, options.SaveFile));
    }

    private Task<int> Invoke(params string[] arguments) => _run.InvokeAsync(
        arguments,
        (options, _) =>
        {
            _options = options;
            return 0;
        });

    [Theory]
    [InlineData("run.json")]
    [InlineData("plan.png")]
    [InlineData("weights.safetensors")]
    public async Task A_full_disk_is_one_line_and_no_crash(string name)
    {
        if (!File.Exists("/dev/full"))
        {
            return; // Only Linux has it.
        }

        string link = _run.Folder.File(name);
        File.CreateSymbolicLink(link, "/dev/full");
        Assert.Equal(2, await _run.InvokeAsync($"--model digits --memory 200KiB --examples 40 --epochs 1 --save {_run.Folder.File("weights.safetensors")}"));
        _run.AssertOneErrorLine(link);
        Assert.Equal("/dev/full", new FileInfo(link).LinkTarget);
    }
}
