using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine;

/// <summary>The examples of one step.</summary>
internal readonly ref struct ExampleBatch(IExampleSource examples, Shuffle? order, int first, ulong? seed)
{
    public IExampleSource Examples { get; } = examples;

    /// <summary>Gets which example is in a place of the batch.</summary>
    public int IndexOf(int place) => order is { } shuffle ? shuffle[first + place] : first + place;

    /// <summary>Gets the random bits of the visit to the example in a place of the batch.</summary>
    public ulong DrawOf(int place) => seed is { } bits ? SplitMix64.At(bits, (ulong)place) : 0;
}
