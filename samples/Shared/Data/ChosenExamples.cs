using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Represents a part of the examples of a source.</summary>
/// <param name="source">The source.</param>
/// <param name="indices">The indices of the examples.</param>
internal sealed class ChosenExamples(IExampleSource source, int[] indices) : IExampleSource
{
    public int Count => indices.Length;

    public int InputLength => source.InputLength;

    public int CopyTo(int index, Span<float> input) => source.CopyTo(indices[index], input);
}
