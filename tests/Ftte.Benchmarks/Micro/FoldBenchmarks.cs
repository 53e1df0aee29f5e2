using BenchmarkDotNet.Attributes;
using Ftte.Numerics;

namespace Ftte.Benchmarks.Micro;

/// <summary>The fold of an update into fixed-point sums.</summary>
public class FoldBenchmarks : VectorBenchmarks
{
    private const float Coefficient = 0.5f;
    private AlignedSums _sums = new(0);

    /// <inheritdoc/>
    public override void SetUp()
    {
        base.SetUp();
        _sums = new AlignedSums(Count);
    }

    [Benchmark(Baseline = true)]
    public void FoldScalar() => FixedPointKernel.FoldScalar(Values, Coefficient, _sums.Span);

    [Benchmark]
    public void Fold() => FixedPointKernel.Fold(Values, Coefficient, _sums.Span, maxProduct: 1);
}
