using Ftte.Samples.Shared;
using MemoryPlan;

namespace Ftte.Samples.Tests.MemoryPlan;

public sealed class PlanCommandTests : IDisposable
{
    private readonly PlanRun _run = new();
    private PlanOptions? _options;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Without_arguments_the_defaults_hold()
    {
        Assert.Equal(0, await Invoke());
        Assert.Equal(new PlanOptions { Model = "resnet8", BudgetBytes = 1_048_576, Selector = Selectors.Names[0], Shares = _options!.Shares }, _options);
        Assert.Equal([0.125, 0.25, 0.5, 1], _options.Shares.ToArray());
    }

    [Fact]
    public async Task Every_option_is_taken_over()
    {
        string weights = _run.Folder.File("a.safetensors");
        await File.WriteAllTextAsync(weights, "");
        Assert.Equal(0, await Invoke(
            "--model", "MLP", "--budget", "1MB", "--payload", "40KiB", "--compute", "20M", "--batch", "8", "--micro", "2", "--selector", "GREEDY", "--shares", "1/2,1",
            "--importance", "magnitude", "--frozen", "int8", "--weights", weights, "--seed", "5",
            "--chart", _run.ChartFile, "--frontier", _run.FrontierFile, "--json", _run.JsonFile));
        var expected = new PlanOptions
        {
            Model = "mlp",
            BudgetBytes = 1_000_000,
            PayloadBytes = 40_960,
            Compute = 20_000_000,
            Batch = 8,
            Micro = 2,
            Selector = "greedy",
            Shares = _options!.Shares,
            Importance = ImportanceKind.Magnitude,
            Frozen = FrozenKind.Int8,
            WeightsFile = weights,
            Seed = 5,
            ChartFile = _run.ChartFile,
            FrontierFile = _run.FrontierFile,
            JsonFile = _run.JsonFile,
        };
        Assert.Equal(expected, _options);
        Assert.Equal([0.5, 1], _options.Shares.ToArray());
    }

    [Theory]
    [InlineData("--model alexnet", "--model alexnet: unknown network; specify one of autoencoder, cnn,")]
    [InlineData("--budget 512Ki", "--budget 512Ki: specify a number of bytes, or a size such as 512KiB")]
    [InlineData("--payload 0", "--payload 0: specify a number of bytes")]
    [InlineData("--compute 20X", "--compute 20X: specify a number of multiply-adds, such as 20M")]
    [InlineData("--batch 0", "--batch 0: specify a whole number from 1 to 65536")]
    [InlineData("--batch 4 --micro 8", "--micro 8: a step has only 4 examples; specify 1 to 4")]
    [InlineData("--selector best", "--selector best: unknown selector; specify one of ")]
    [InlineData("--selector exat", "Did you mean 'exact'?")]
    [InlineData("--importance magnitud", "Did you mean 'magnitude'?")]
    [InlineData("--shares 1/8,2", "--shares 1/8,2: specify shares above 0 and up to 1")]
    [InlineData("--importance luck", "--importance luck: specify parameters or magnitude")]
    [InlineData("--importance 1", "--importance 1:")]
    [InlineData("--frozen int4", "--frozen int4: specify float32, bfloat16 or int8")]
    [InlineData("--weights a.safetensors", "--weights: --importance parameters does not use weights; add --importance magnitude")]
    [InlineData("--importance magnitude --weights none.safetensors", "--weights 'none.safetensors': the file does not exist")]
    [InlineData("--seed -1", "--seed -1:")]
    [InlineData("--chart plan.jpg", "--chart 'plan.jpg': the name does not end in .png")]
    [InlineData("--frontier /no/such/folder/f.png", "the folder '/no/such/folder' does not exist")]
    [InlineData("--chart a.png --frontier a.png", "--frontier 'a.png': --chart specifies the same file")]
    [InlineData("--modle mlp", "--modle")]
    [InlineData("mlp", "mlp")]
    public async Task What_cannot_be_used_gives_one_line_and_exit_code_2_before_anything_runs(string arguments, string reason)
    {
        Assert.Equal(2, await Invoke(arguments.Split(' ')));
        _run.AssertOneErrorLine(reason);
        Assert.Null(_options);
    }

    [Fact]
    public async Task Help_explains_with_an_example_that_can_be_run()
    {
        Assert.Equal(0, await Invoke("--help"));
        Assert.Contains("Plans training within a memory budget", _run.Output, StringComparison.Ordinal);
        Assert.Contains("--model digits --budget 256KiB --payload 40KiB --chart plan.png", _run.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _run.InvokeAsync("--model digits --budget 256KiB --payload 40KiB"));
    }

    [Theory]
    [InlineData("--budget 20KiB", "greedy finds no selection of digits within --budget 20 KiB; the minimum is ")]
    [InlineData("--budget 1MiB --payload 4B", "greedy finds no selection of digits that fits --payload 4 B; the minimum is 40 bytes (40 B).")]
    [InlineData("--budget 1MiB --compute 1k", "greedy finds no selection of digits that fits --compute 1000; the minimum is ")]
    public async Task A_budget_that_is_too_small_gives_one_line_with_what_would_do_and_exit_code_1(string budgets, string reason)
    {
        Assert.Equal(1, await _run.InvokeAsync($"--model digits --selector greedy {budgets}"));
        _run.AssertOneErrorLine(reason);
        Assert.Equal("", _run.Output);
        Assert.Empty(Directory.GetFiles(_run.Folder.Path));
    }

    [Fact]
    public async Task The_memory_said_to_do_does_and_a_byte_less_does_not()
    {
        Assert.Equal(1, await _run.InvokeAsync("--model digits --budget 1B"));
        long bytes = long.Parse(_run.Error.Split("the minimum is ")[1].Split(' ')[0]);
        Assert.Equal(0, await _run.InvokeAsync($"--model digits --budget {bytes}"));
        Assert.Equal(1, await _run.InvokeAsync($"--model digits --budget {bytes - 1}"));
    }

    [Fact]
    public async Task Weights_that_cannot_be_read_give_one_line()
    {
        string weights = _run.Folder.File("a.safetensors");
        await File.WriteAllTextAsync(weights, "not weights");
        Assert.Equal(2, await _run.InvokeAsync($"--model digits --importance magnitude --weights {weights}"));
        _run.AssertOneErrorLine("--weights: ");
    }

    [Fact]
    public async Task A_batch_that_no_tensor_holds_gives_one_line()
    {
        Assert.Equal(2, await _run.InvokeAsync("--model resnet18 --batch 65536 --budget 1GiB"));
        _run.AssertOneErrorLine("--batch 65536: this number of examples of resnet18 exceeds the maximum size of a tensor");
    }

    [Fact]
    public async Task A_fault_of_the_program_is_not_passed_off_as_bad_input() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _run.InvokeAsync([], (_, _) => throw new InvalidOperationException()));

    private Task<int> Invoke(params string[] arguments) => _run.InvokeAsync(
        arguments,
        (options, _) =>
        {
            _options = options;
            return 0;
        });
}
