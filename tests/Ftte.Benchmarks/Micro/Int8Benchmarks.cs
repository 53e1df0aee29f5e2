using BenchmarkDotNet.Attributes;
using Ftte.Numerics;

namespace Ftte.Benchmarks.Micro;

/// <summary>The rounding of values to eight bits.</summary>
public class Int8Benchmarks : VectorBenchmarks
{
    private const float Scale = 0.5f / sbyte.MaxValue;
    private byte[] _bytes = [];

    /// <inheritdoc/>
    public override void SetUp()
    {
        base.SetUp();
        _bytes = new byte[Count];
    }

    [Benchmark(Baseline = true)]
    public void QuantizeScalar() => Int8Kernel.QuantizeScalar(Values, Scale, 0, new CounterHash(1), _bytes);

    [Benchmark]
    public void Quantize() => Int8Kernel.Quantize(Values, Scale, 0, new CounterHash(1), _bytes);
}
