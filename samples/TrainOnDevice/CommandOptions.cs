using System.CommandLine;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace TrainOnDevice;

/// <summary>Defines the options of the command line: names, help and valid values.</summary>
internal sealed class CommandOptions
{
    private const int MaxExamples = 10_000_000;

    private readonly Option<string> _model = TypedOption.Model("--model", "resnet8");
    private readonly Option<long> _memory = TypedOption.Size(
        "--memory", "The maximum memory of training, in bytes or with KiB, MiB, KB or MB.", 1024 * 1024);

    private readonly Option<string?> _data = TypedOption.Path(
        "--data", "DIR", "The folder with CIFAR-10's binary files or MNIST's IDX files, recognized by content. Default: generated examples.");

    private readonly Option<int> _examples = TypedOption.Whole("--examples", "The maximum number of training examples; 0 for all.", 0, 0, MaxExamples);
    private readonly Option<int> _batch = TypedOption.Whole("--batch", "The number of examples per step.", 32, 1, 65_536);
    private readonly Option<int> _epochs = TypedOption.Whole("--epochs", "The number of passes over all examples.", 1, 1, 100_000);
    private readonly Option<float> _rate = TypedOption.Real("--learning-rate", "The learning rate.", 0.05f, rate => rate > 0, "specify a number above 0");
    private readonly Option<float> _momentum = TypedOption.Real(
        "--momentum", "The momentum; any value but 0 takes 4 additional bytes per trained parameter.", 0, m => m is >= 0 and < 1, "specify a number from 0 to below 1");

    private readonly Option<float> _decay = TypedOption.Real(
        "--weight-decay", "The weight decay.", 0, d => d >= 0, "specify 0 or more");

    private readonly Option<LearningRateSchedule> _schedule = TypedOption.Named(
        "--schedule", "The change of the learning rate over the run.", LearningRateSchedule.Constant);

    private readonly Option<NormalizationMode> _normalization = TypedOption.Named(
        "--normalization", "The statistics of normalization: those of the model, or those of the batch, which then must fit the memory as a whole.", NormalizationMode.Frozen);

    private readonly Option<int> _threads = TypedOption.Whole("--threads", "The number of threads that share every step; the results do not depend on it.", 1, 1, 64);
    private readonly Option<bool> _augment = TypedOption.Flag("--augment", "Shift training images at random, and mirror them if that keeps their class.");
    private readonly Option<string?> _weights = TypedOption.Path("--weights", "FILE.safetensors", "The initial weights. Default: random weights.");
    private readonly Option<string?> _save = TypedOption.Path("--save", "FILE.safetensors", "Write the trained weights to this file.");
    private readonly Option<bool> _planOnly = TypedOption.Flag("--plan-only", "Show the plan without training.");
    private readonly Option<string?> _chart = TypedOption.Path("--chart", "FILE.png", "Write a chart of the memory in use over one pass to this file.");
    private readonly Option<string?> _curve = TypedOption.Path(
        "--curve", "FILE.png", "Also test on the held-out examples after every epoch, and write a chart of loss and accuracy over the epochs to this file.");

    private readonly Option<string?> _json = TypedOption.Path("--json", "FILE", "Also write all facts to this file, as JSON.");
    private readonly Option<int> _seed = TypedOption.Whole("--seed", "The seed of every random choice.", 1, 0, int.MaxValue);

    /// <summary>Adds all options to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _model, _memory, _data, _examples, _batch, _epochs, _rate, _momentum, _decay, _schedule, _normalization, _threads, _augment, _weights, _save, _planOnly, _chart, _curve, _json, _seed,
        ];
        foreach (Option option in all)
        {
            command.Add(option);
        }
    }

    /// <summary>Reads the parsed values into options.</summary>
    public TrainOptions Read(ParseResult parsed) => new()
    {
        Model = parsed.GetRequiredValue(_model),
        MemoryBytes = parsed.GetValue(_memory),
        DataFolder = parsed.GetValue(_data),
        Examples = parsed.GetValue(_examples) is > 0 and int count ? count : null,
        Batch = parsed.GetValue(_batch),
        Epochs = parsed.GetValue(_epochs),
        LearningRate = parsed.GetValue(_rate),
        Momentum = parsed.GetValue(_momentum),
        WeightDecay = parsed.GetValue(_decay),
        Schedule = parsed.GetValue(_schedule),
        CurveFile = parsed.GetValue(_curve),
        Normalization = parsed.GetValue(_normalization),
        Threads = parsed.GetValue(_threads),
        Augment = parsed.GetValue(_augment),
        WeightsFile = parsed.GetValue(_weights),
        SaveFile = parsed.GetValue(_save),
        PlanOnly = parsed.GetValue(_planOnly),
        ChartFile = parsed.GetValue(_chart),
        JsonFile = parsed.GetValue(_json),
        Seed = (ulong)parsed.GetValue(_seed),
    };
}
