using Ftte.TinyEngine;

namespace TrainOnDevice.Data;

/// <summary>Represents the first examples of a source.</summary>
/// <param name="source">The source.</param>
/// <param name="count">The number of examples, at most that of the source.</param>
internal sealed class FirstExamples(IExampleSource source, int count) : IVaryingExampleSource
{
    public int Count => count;

    public int InputLength => source.InputLength;

    public bool VariesByDraw => source.VariesByDraw();

    /// <summary>Limits the number of examples.</summary>
    public static IExampleSource Of(IExampleSource source, int? count) => count < source.Count ? new FirstExamples(source, count.Value) : source;

    public int CopyTo(int index, Span<float> input) => source.CopyTo(index, input);

    public int CopyTo(int index, ulong draw, Span<float> input) => source.CopyTo(index, draw, input);
}
