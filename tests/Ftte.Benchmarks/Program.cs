using System.Globalization;
using Ftte.Benchmarks;
using Ftte.Samples.Shared;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var verbs = new Dictionary<string, (Func<string[], int> Run, string Options, string About)>(StringComparer.Ordinal)
{
    ["fold"] = (FoldBenchmark.Run, "[--json FILE] [--quick]", "the ingest path against a bare TensorPrimitives.MultiplyAdd"),
    ["engine"] = (EngineBenchmark.Run, "[--threads N] [--models A,B] [--json FILE] [--quick]", "training steps of the zoo's networks, and matrix products against the FMA peak"),
    ["inference"] = (InferenceBenchmark.Run, "[--threads N] [--models A,B] [--json FILE] [--quick]", "predictions of the zoo's networks"),
    ["layers"] = (LayerBenchmark.Run, "[--models A,B] [--batch N] [--threads N] [--clock wall|processor] [--json FILE] [--quick]", "every layer of a training step against the peak of multiply-adds and the bandwidth of memory"),
    ["kernels"] = (GemmBenchmark.Run, "[--shapes TEXT] [--quick]", "convolution kernels against the FMA peak"),
    ["micro"] = (MicroBenchmark.Run, "[--classes A,B] [--quick]", "kernels and folds against their scalar twins, with BenchmarkDotNet"),
    ["selection"] = (SelectionBenchmark.Run, "[--json FILE]", "the exact selection against an evolutionary search"),
    ["privacy"] = (PrivacyBenchmark.Run, "[--json FILE] [--quick]", "noise and masks against a plain fold, and the time of a device in secure aggregation"),
    ["store"] = (StoreBenchmark.Run, "[--folder DIR] [--devices N] [--seconds N] [--json FILE] [--quick]", "durable updates per second with an SQLite store, and without a store"),
    ["simulation"] = (SimulationBenchmark.Run, "[--devices N]", "the simulator with ten thousand devices, or another number"),
};

// Each verb measures Ftte and a peer, a scalar twin or the hardware's limit in one run, and reports both.
try
{
    if (args.Any(word => word is "--help" or "-h" or "-?"))
    {
        Console.WriteLine($"Usage:\n  Ftte.Benchmarks VERB [options]\n\nVerbs:\n{string.Join('\n', verbs.Select(known => $"  {known.Key} {known.Value.Options}\n      {known.Value.About}"))}");
        return ExitCode.Done;
    }

    return args.Length > 0 && verbs.TryGetValue(args[0], out var verb)
        ? verb.Run(args[1..])
        : throw new InputException(args.Length == 0 ? $"Specify what to measure: {string.Join(", ", verbs.Keys)}." : $"Unknown verb '{args[0]}'.{Suggestion.For(args[0], verbs.Keys)}");
}
catch (InputException refused)
{
    Console.Error.WriteLine($"{refused.Message} (--help shows every option.)");
    return ExitCode.BadInput;
}
catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(refused.Message.ReplaceLineEndings(" "));
    return ExitCode.BadInput;
}
