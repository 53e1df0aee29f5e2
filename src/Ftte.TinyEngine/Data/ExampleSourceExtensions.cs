namespace Ftte.TinyEngine;

/// <summary>Reads examples of any source, whether or not they vary between visits.</summary>
public static class ExampleSourceExtensions
{
    /// <summary>Determines whether the inputs of a source vary between visits.</summary>
    /// <param name="examples">The source.</param>
    /// <returns>True if the source is an <see cref="IVaryingExampleSource"/> with inputs that vary.</returns>
    public static bool VariesByDraw(this IExampleSource examples) => examples is IVaryingExampleSource { VariesByDraw: true };

    /// <summary>Copies the input of an example for one visit.</summary>
    /// <param name="examples">The source.</param>
    /// <param name="index">The example, 0 to <see cref="IExampleSource.Count"/> - 1.</param>
    /// <param name="draw">The random bits of this visit; ignored if the source is not an <see cref="IVaryingExampleSource"/>.</param>
    /// <param name="input">Receives exactly <see cref="IExampleSource.InputLength"/> values.</param>
    /// <returns>The example's label.</returns>
    public static int CopyTo(this IExampleSource examples, int index, ulong draw, Span<float> input)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return examples is IVaryingExampleSource varying ? varying.CopyTo(index, draw, input) : examples.CopyTo(index, input);
    }
}
