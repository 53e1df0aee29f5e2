using System.Globalization;
using Ftte.Benchmarks;
using Ftte.Samples.Shared;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var verbs = new Dictionary<string, (Func<string[], int> Run, string Options, string About)>(StringComparer.Ordinal)
{
    ["fold"] = (FoldBenchmark.Run, "[--json FILE] [--quick]", "the ingest path against a bare TensorPrimitives.MultiplyAdd"),
    ["engine"] = (EngineBenchmark.Run, "[--threads N] [--models A,B] [--json FILE] [--quick]", "training steps of the zoo's networks, and matrix products against the FMA peak"),
    ["kernels"] = (GemmBenchmark.Run, "[--quick]", "convolution kernels against the FMA peak"),
    ["micro"] = (MicroBenchmark.Run, "[--classes A,B] [--quick]", "kernels and folds against their scalar twins, with BenchmarkDotNet"),
    ["selection"] = (SelectionBenchmark.Run, "[--json FILE]", "the exact selection against an evolutionary search"),
    ["simulation"] = (SimulationBenchmark.Run, "[--devices N]", "the simulator with ten thousand devices, or another number"),
};

// Each verb measures Ftte and a peer, a scalar twin or the hardware's limit in one run, and reports both.
try
{
    if (args.Length > 0 && verbs.TryGetValue(args[0], out var verb))
    {
        return verb.Run(args[1..]);
    }

    string unknown = args.Length == 0 ? "Specify what to measure." : $"Unknown verb '{args[0]}'.{Suggestion.For(args[0], verbs.Keys)}";
    throw new InputException($"{unknown}\n{string.Join('\n', verbs.Select(known => $"  {known.Key} {known.Value.Options}\n      {known.Value.About}"))}");
}
catch (Exception refused) when (refused is InputException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(refused.Message);
    return ExitCode.BadInput;
}
