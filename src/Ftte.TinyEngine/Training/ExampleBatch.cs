using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine;

/// <summary>Represents the examples of one step.</summary>
internal readonly ref struct ExampleBatch(IExampleSource examples, Shuffle? order, int first, ulong? seed)
{
    public IExampleSource Examples { get; } = examples;

    /// <summary>Gets the index of the example at a position of the batch.</summary>
    public int IndexOf(int place) => order is { } shuffle ? shuffle[first + place] : first + place;

    /// <summary>Gets the random bits of the visit to the example at a position of the batch.</summary>
    public ulong DrawOf(int place) => seed is { } bits ? SplitMix64.At(bits, (ulong)place) : 0;
}
