using System.Text.Json;
using Ftte.Samples.Tests.Quickstart;

namespace Ftte.Samples.Tests.TrainOnDevice;

public sealed class TrainingTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_short_run_learns_generated_data_and_reports_it()
    {
        Assert.Equal(0, await _run.InvokeAsync("--model digits --memory 200KiB --momentum 0.9 --examples 1200"));
        JsonElement training = _run.ReadJson().GetProperty("training");
        Assert.InRange(training.GetProperty("accuracyBefore").GetDouble(), 0, 0.3);
        Assert.InRange(training.GetProperty("accuracyAfter").GetDouble(), 0.4, 1);
        Assert.True(training.GetProperty("lossAfter").GetDouble() < training.GetProperty("lossBefore").GetDouble());
        Assert.Equal((38, 38, false), (training.GetProperty("steps").GetInt32(), training.GetProperty("stepsPlanned").GetInt32(), training.GetProperty("cancelled").GetBoolean()));
        Assert.All(new[] { "Before: accuracy", "training: 100 %", "After: accuracy" }, words => Assert.Contains(words, _run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_autoencoder_is_judged_by_its_loss()
    {
        Assert.Equal(0, await _run.InvokeAsync("--model autoencoder --memory 4MiB --examples 128"));
        JsonElement training = _run.ReadJson().GetProperty("training");
        Assert.Equal(JsonValueKind.Null, training.GetProperty("accuracyAfter").ValueKind);
        Assert.True(training.GetProperty("lossAfter").GetDouble() < training.GetProperty("lossBefore").GetDouble());
    }

    [Fact]
    public async Task Saved_weights_are_what_the_next_run_starts_from()
    {
        string file = _run.Folder.File("w.safetensors");
        Assert.Equal(0, await _run.InvokeAsync($"--model digits --memory 1MiB --momentum 0.9 --examples 320 --save {file}"));
        Assert.Contains($"Wrote {file}.", _run.Output, StringComparison.Ordinal);
        double after = _run.ReadJson().GetProperty("training").GetProperty("lossAfter").GetDouble();
        Assert.Equal(0, await _run.InvokeAsync($"--model digits --memory 1MiB --examples 32 --weights {file}"));
        Assert.Equal(after, _run.ReadJson().GetProperty("training").GetProperty("lossBefore").GetDouble());
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_run_on_any_number_of_threads()
    {
        Assert.Equal(0, await _run.InvokeAsync("--model digits --memory 1MiB --examples 64 --seed 3"));
        double one = _run.ReadJson().GetProperty("training").GetProperty("lossAfter").GetDouble();
        Assert.Equal(0, await _run.InvokeAsync("--model digits --memory 1MiB --examples 64 --seed 3 --threads 2"));
        Assert.Equal(one, _run.ReadJson().GetProperty("training").GetProperty("lossAfter").GetDouble());
        Assert.Equal(0, await _run.InvokeAsync("--model digits --memory 1MiB --examples 64 --seed 4"));
        Assert.NotEqual(one, _run.ReadJson().GetProperty("training").GetProperty("lossAfter").GetDouble());
    }

    [Fact]
    public async Task A_cancelled_run_ends_with_130_and_states_what_was_kept()
    {
        string file = _run.Folder.File("w.safetensors");
        using var interrupt = new CancellationTokenSource();
        _run.Interrupted = interrupt.Token;
        _run.Time = new InterruptingClock(interrupt, looks: 8);
        Assert.Equal(130, await _run.InvokeAsync($"--model digits --memory 1MiB --examples 640 --save {file}"));
        JsonElement training = _run.ReadJson().GetProperty("training");
        int steps = training.GetProperty("steps").GetInt32();
        Assert.InRange(steps, 1, 19);
        Assert.True(training.GetProperty("cancelled").GetBoolean());
        Assert.Contains($"Stopped after {steps} of 20 steps.", _run.Output, StringComparison.Ordinal);
        Assert.Contains($"Wrote {file}.", _run.Output, StringComparison.Ordinal);
        Assert.Contains("After: accuracy", _run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task A_run_that_is_interrupted_keeps_the_files_of_a_finished_one()
    {
        string file = _run.Folder.File("w.safetensors");
        await File.WriteAllTextAsync(file, "finished");
        await File.WriteAllTextAsync(_run.JsonFile, "finished");
        _run.Interrupted = new CancellationToken(canceled: true);

        Assert.Equal(130, await _run.InvokeAsync($"--model digits --memory 1MiB --examples 64 --save {file}"));

        Assert.Equal("finished", await File.ReadAllTextAsync(file));
        Assert.Equal("finished", await File.ReadAllTextAsync(_run.JsonFile));
        Assert.True(File.Exists(_run.Folder.File("w.partial.safetensors")));
        Assert.Contains($"Wrote {_run.Folder.File("run.partial.json")}.", _run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_cancelled_before_its_first_step_changes_nothing()
    {
        _run.Interrupted = new CancellationToken(canceled: true);
        Assert.Equal(130, await _run.InvokeAsync("--model digits --memory 1MiB --examples 64"));
        JsonElement training = _run.ReadJson().GetProperty("training");
        Assert.Equal(training.GetProperty("lossBefore").GetDouble(), training.GetProperty("lossAfter").GetDouble());
        Assert.Equal(JsonValueKind.Null, training.GetProperty("trainingLoss").ValueKind);
        Assert.Contains("Stopped after 0 of 2 steps. The weights of the last step were tested; specify --save to keep them.", _run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Training_that_diverges_is_one_line_and_keeps_nothing()
    {
        string file = _run.Folder.File("w.safetensors");
        Assert.Equal(2, await _run.InvokeAsync($"--model digits --memory 1MiB --examples 640 --learning-rate 1e30 --save {file}"));
        _run.AssertOneErrorLine("Training diverged at step ");
        Assert.False(File.Exists(file));
    }

    /// <summary>Presses Ctrl+C when the clock has been looked at so many times.</summary>
    private sealed class InterruptingClock(CancellationTokenSource interrupt, int looks) : TimeProvider
    {
        private readonly ManualClock _clock = new();
        private int _looks;

        public override long TimestampFrequency => _clock.TimestampFrequency;

        public override long GetTimestamp()
        {
            if (++_looks == looks)
            {
                interrupt.Cancel();
            }

            return _clock.GetTimestamp();
        }
    }
}
