using Ftte.Benchmarks;

// Side-by-side measurements: each verb times Ftte and a peer or the hardware's limit in one run and reports both.
return args switch
{
    ["fold", .. var rest] => FoldBenchmark.Run(rest),
    ["engine", .. var rest] => EngineBenchmark.Run(rest),
    ["kernels", .. var rest] => GemmBenchmark.Run(rest),
    ["selection", .. var rest] => SelectionBenchmark.Run(rest),
    ["simulation", .. var rest] => SimulationBenchmark.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Ftte.Benchmarks fold [--json FILE]                                the ingest path against a bare TensorPrimitives.MultiplyAdd");
    Console.Error.WriteLine("       Ftte.Benchmarks engine [--threads N] [--models A,B] [--json FILE]   training steps of the zoo's networks, and matrix products against the FMA peak");
    Console.Error.WriteLine("       Ftte.Benchmarks kernels                                           convolution kernels against the FMA peak");
    Console.Error.WriteLine("       Ftte.Benchmarks selection [--json FILE]                           the exact selection against an evolutionary search");
    Console.Error.WriteLine("       Ftte.Benchmarks simulation [--devices N]                          the simulator with ten thousand devices, or another number");
    return 2;
}
