using BenchmarkDotNet.Attributes;
using Ftte.Numerics;

namespace Ftte.Benchmarks.Micro;

/// <summary>The sums and sums of squares of an update.</summary>
public class MomentsBenchmarks : VectorBenchmarks
{
    private readonly double[] _sums = new double[32];
    private readonly double[] _squares = new double[32];

    [Benchmark(Baseline = true)]
    public void MomentsScalar() => MomentsKernel.AccumulateScalar(Values, _sums, _squares);

    [Benchmark]
    public double Moments() => MomentsKernel.Measure(Values).SumOfSquares;
}
