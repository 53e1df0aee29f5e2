using Ftte.Benchmarks;

// Side-by-side measurements: each verb times Ftte and a peer or the hardware's limit in one run and reports both.
return args switch
{
    ["fold", .. var rest] => FoldBenchmark.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Ftte.Benchmarks fold [--json FILE]   the ingest path against a bare TensorPrimitives.MultiplyAdd");
    return 2;
}
