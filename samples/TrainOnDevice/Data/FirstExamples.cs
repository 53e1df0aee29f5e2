using Ftte.TinyEngine;

namespace TrainOnDevice.Data;

/// <summary>The first examples of a source.</summary>
/// <param name="source">The source.</param>
/// <param name="count">How many, at most as many as the source has.</param>
internal sealed class FirstExamples(IExampleSource source, int count) : IVaryingExampleSource
{
    public int Count => count;

    public int InputLength => source.InputLength;

    public bool VariesByDraw => source.VariesByDraw();

    /// <summary>Leaves out what is more than so many.</summary>
    public static IExampleSource Of(IExampleSource source, int? count) => count < source.Count ? new FirstExamples(source, count.Value) : source;

    public int CopyTo(int index, Span<float> input) => source.CopyTo(index, input);

    public int CopyTo(int index, ulong draw, Span<float> input) => source.CopyTo(index, draw, input);
}
