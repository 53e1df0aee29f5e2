using Ftte.TinyEngine;

namespace Wearables.Data;

/// <summary>Represents the first examples of a source.</summary>
/// <param name="source">The source.</param>
/// <param name="count">The number of examples.</param>
internal sealed class FirstExamples(IExampleSource source, int count) : IExampleSource
{
    public int Count => count;

    public int InputLength => source.InputLength;

    public int CopyTo(int index, Span<float> input) => source.CopyTo(index, input);
}
