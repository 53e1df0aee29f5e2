namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Represents the examples of a source with normalized channels.</summary>
/// <remarks>Works in place and allocates nothing. As safe for concurrent reads as its source.</remarks>
/// <param name="source">The examples, with inputs [sample, channel]. Borrowed.</param>
/// <param name="normalization">The statistics of the device's training examples.</param>
public sealed class NormalizedExamples(IExampleSource source, ChannelNormalization normalization) : IVaryingExampleSource
{
    /// <inheritdoc />
    public int Count => source.Count;

    /// <inheritdoc />
    public int InputLength => source.InputLength;

    /// <summary>Gets a value that indicates whether the inputs of the source vary.</summary>
    public bool VariesByDraw => source.VariesByDraw();

    /// <inheritdoc />
    public int CopyTo(int index, Span<float> input)
    {
        int label = source.CopyTo(index, input);
        normalization.Apply(input[..InputLength]);
        return label;
    }

    /// <inheritdoc />
    public int CopyTo(int index, ulong draw, Span<float> input)
    {
        int label = source.CopyTo(index, draw, input);
        normalization.Apply(input[..InputLength]);
        return label;
    }
}
