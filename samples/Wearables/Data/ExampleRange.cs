using Ftte.TinyEngine;

namespace Wearables.Data;

/// <summary>Represents consecutive examples of a source.</summary>
/// <param name="source">The source.</param>
/// <param name="first">The index of the first example.</param>
/// <param name="count">The number of examples.</param>
internal sealed class ExampleRange(IExampleSource source, int first, int count) : IExampleSource
{
    public int Count => count;

    public int InputLength => source.InputLength;

    public int CopyTo(int index, Span<float> input) => source.CopyTo(first + index, input);
}
