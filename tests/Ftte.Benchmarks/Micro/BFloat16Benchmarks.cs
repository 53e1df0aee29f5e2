using BenchmarkDotNet.Attributes;
using Ftte.Numerics;

namespace Ftte.Benchmarks.Micro;

/// <summary>The encoding of values as bfloat16.</summary>
public class BFloat16Benchmarks : VectorBenchmarks
{
    private byte[] _bytes = [];

    /// <inheritdoc/>
    public override void SetUp()
    {
        base.SetUp();
        _bytes = new byte[Count * sizeof(ushort)];
    }

    [Benchmark(Baseline = true)]
    public void EncodeScalar() => BFloat16Kernel.EncodeScalar(Values, _bytes);

    [Benchmark]
    public void Encode() => BFloat16Kernel.Encode(Values, _bytes);
}
