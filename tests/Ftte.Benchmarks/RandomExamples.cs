using Ftte.TinyEngine;

namespace Ftte.Benchmarks;

/// <summary>Random inputs in memory, with the classes in turn as labels.</summary>
internal sealed class RandomExamples : IExampleSource
{
    private readonly float[] _inputs;
    private readonly int _classes;

    private RandomExamples(Network network, int count)
    {
        (Count, InputLength, _classes) = (count, network.InputLength, network.ClassCount);
        var random = new Random(1);
        _inputs = [.. Enumerable.Range(0, count * InputLength).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    public int Count { get; }

    public int InputLength { get; }

    /// <summary>Creates examples for a network. One without classes has its inputs as targets.</summary>
    public static IExampleSource For(Network network, int count) =>
        network.ClassCount == 0 ? new ReconstructionExamples(new RandomExamples(network, count)) : new RandomExamples(network, count);

    public int CopyTo(int index, Span<float> input)
    {
        _inputs.AsSpan(index * InputLength, InputLength).CopyTo(input);
        return index % Math.Max(1, _classes);
    }
}
