using System.Collections.Immutable;
using System.CommandLine;
using Ftte.Samples.Shared;

namespace MemoryPlan;

/// <summary>Defines the options of the command line: names, help and valid values.</summary>
internal sealed class CommandOptions
{
    private const int MaxExamples = 65_536;
    private static readonly string SelectorNames = string.Join(", ", Selectors.Names);

    private readonly Option<string> _model = TypedOption.Model("--model", "resnet8");
    private readonly Option<long> _budget = TypedOption.Size(
        "--budget", "The maximum memory of training, in bytes or with KiB, MiB, KB or MB.", 1024 * 1024);

    private readonly Option<long> _payload = TypedOption.Size("--payload", "The maximum upload and download size. Default: no limit.", 0);

    private readonly Option<long> _compute = TypedOption.Create<long>(
        "--compute", "COUNT", "The maximum multiply-adds per example, forward and backward. Default: no limit.", 0, LargeNumber.TryParse,
        "specify a number of multiply-adds, such as 20M, 1.5G or 800000");

    private readonly Option<int> _batch = TypedOption.Whole("--batch", "The number of examples per step.", 20, 1, MaxExamples);
    private readonly Option<int> _micro = TypedOption.Whole("--micro", "The number of examples that run at once, from 1 to the batch size; 0 for the whole batch.", 0, 0, MaxExamples);
    private readonly Option<string> _selector = TypedOption.Create<string>(
        "--selector", "NAME", $"The selector: {SelectorNames}.", Selectors.Names[0], TryReadSelector, $"unknown selector; specify one of {SelectorNames}", [.. Selectors.Names]);

    private readonly Option<ImmutableArray<double>> _shares = TypedOption.Shares(
        "--shares", "The shares of a layer's inputs whose weights may be trained.", [1.0 / 8, 1.0 / 4, 1.0 / 2, 1]);

    private readonly Option<ImportanceKind> _importance = TypedOption.Named(
        "--importance", "The importance of a layer: its number of parameters, or the sum of their squares.", ImportanceKind.Parameters);

    private readonly Option<FrozenKind> _frozen = TypedOption.Named(
        "--frozen", "The format of frozen parameters.", FrozenKind.Float32);

    private readonly Option<string?> _weights = TypedOption.Path("--weights", "FILE.safetensors", "The weights for --importance magnitude. Default: random weights.");
    private readonly Option<int> _seed = TypedOption.Whole("--seed", "The seed of every random choice.", 1, 0, int.MaxValue);
    private readonly Option<string?> _chart = TypedOption.Path("--chart", "FILE.png", "Write a chart of memory over one pass and of the trained part of each layer to this file.");
    private readonly Option<string?> _frontier = TypedOption.Path("--frontier", "FILE.png", "Write a chart of the result of each selector over memory budgets to this file.");
    private readonly Option<string?> _json = TypedOption.Path("--json", "FILE", "Also write all facts to this file, as JSON.");

    /// <summary>Adds all options to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _model, _budget, _payload, _compute, _batch, _micro, _selector, _shares, _importance, _frozen, _weights, _seed, _chart, _frontier, _json,
        ];
        foreach (Option option in all)
        {
            command.Add(option);
        }
    }

    /// <summary>Reads the parsed values into options.</summary>
    public PlanOptions Read(ParseResult parsed) => new()
    {
        Model = parsed.GetRequiredValue(_model),
        BudgetBytes = parsed.GetValue(_budget),
        PayloadBytes = parsed.GetValue(_payload) is > 0 and long bytes ? bytes : null,
        Compute = parsed.GetValue(_compute) is > 0 and long multiplyAdds ? multiplyAdds : null,
        Batch = parsed.GetValue(_batch),
        Micro = parsed.GetValue(_micro) is > 0 and int micro ? micro : null,
        Selector = parsed.GetRequiredValue(_selector),
        Shares = parsed.GetValue(_shares),
        Importance = parsed.GetValue(_importance),
        Frozen = parsed.GetValue(_frozen),
        WeightsFile = parsed.GetValue(_weights),
        Seed = (ulong)parsed.GetValue(_seed),
        ChartFile = parsed.GetValue(_chart),
        FrontierFile = parsed.GetValue(_frontier),
        JsonFile = parsed.GetValue(_json),
    };

    private static bool TryReadSelector(string text, out string name)
    {
        name = Selectors.Names.FirstOrDefault(known => known.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? "";
        return name.Length > 0;
    }
}
