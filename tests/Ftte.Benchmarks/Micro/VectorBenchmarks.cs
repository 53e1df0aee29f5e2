using BenchmarkDotNet.Attributes;

namespace Ftte.Benchmarks.Micro;

/// <summary>Values for kernels that work on vectors: one length that stays in the cache, and one that does not.</summary>
public abstract class VectorBenchmarks
{
    /// <summary>Gets or sets the number of values.</summary>
    [Params(10_000, 1_000_000)]
    public int Count { get; set; }

    /// <summary>Gets the values, below one in magnitude.</summary>
    protected float[] Values { get; private set; } = [];

    /// <summary>Creates the values.</summary>
    [GlobalSetup]
    public virtual void SetUp() => Values = [.. Enumerable.Range(0, Count).Select(i => ((i * 2654435761L % 1000) - 500) * 1e-3f)];
}
